create sequence payment_number;

create table payment (
  id                uuid primary key,
  payment_number    text        not null unique,
  invoice_id        uuid        not null references invoice,
  service_center_id uuid        not null,
  customer_id       uuid,
  amount_minor      bigint      not null check (amount_minor > 0),
  currency          text        not null,
  payment_method    text        not null
    check (payment_method in ('cash', 'card', 'online', 'upi', 'cheque')),
  transaction_id    text,
  reference_number  text,
  notes             text,
  received_by       uuid        not null,
  received_at       timestamptz not null default now(),
  -- A transaction of a provider pays once.
  unique (invoice_id, payment_method, transaction_id)
);
create index payment_invoice on payment (invoice_id, received_at);
select scope_table('payment', of_own => 'customer_id = (select scope_user())');
