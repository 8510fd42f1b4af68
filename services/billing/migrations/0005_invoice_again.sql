-- A job card has one invoice that counts; what was cancelled makes room for another one.
alter table invoice drop constraint invoice_job_card_id_key;
create unique index invoice_job_card on invoice (job_card_id) where status <> 'cancelled';
