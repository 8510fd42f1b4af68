-- What opens one page to one customer, who need not sign in: one link for each thing that is asked.
create table link (
  id                uuid primary key,
  purpose           text        not null check (purpose in ('approval', 'feedback')),
  subject_id        uuid        not null,
  job_card_id       uuid        not null references job_card (id),
  customer_id       uuid        not null,
  service_center_id uuid        not null,
  token_hash        text        not null unique,
  expires_at        timestamptz not null,
  created_at        timestamptz not null default now(),
  unique (purpose, subject_id)
);
select scope_table('link', of_own => 'customer_id = (select scope_user())');

-- Approvals had their links in their own rows. The scope lets whoever migrates see all of them.
select set_config('scope.kind', 'system', true);
insert into link (id, purpose, subject_id, job_card_id, customer_id, service_center_id,
                  token_hash, expires_at, created_at)
  select id, 'approval', id, job_card_id, customer_id, service_center_id,
         token_hash, expires_at, created_at
    from approval;
alter table approval drop column token_hash, drop column expires_at;
