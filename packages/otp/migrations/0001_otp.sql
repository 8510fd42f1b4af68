-- One-time passwords on their way to being proved. Only keyed digests are kept: whoever reads this
-- table without the key finds no code. A row speaks of one subject, such as a registration's id.
create table otp (
  id                  uuid        primary key,
  purpose             text        not null,
  subject             uuid        not null,
  -- Blind indexes of the phone, which the budgets count, and of what else gets a code of its own.
  destination_indexes text[]      not null check (cardinality(destination_indexes) > 0),
  digests             bytea[]     not null,
  key_version         text        not null,
  -- Keyed digest of the body that the code was sent for.
  proves              bytea       not null,
  attempts            integer     not null default 0,
  max_attempts        integer     not null check (max_attempts >= 0),
  expires_at          timestamptz not null,
  proved_at           timestamptz,
  -- Which of the codes was presented, counted from 1.
  proved_code         integer,
  consumed_at         timestamptz,
  voided_at           timestamptz,
  created_at          timestamptz not null default now(),
  constraint otp_attempts_in_budget check (attempts between 0 and max_attempts),
  check (cardinality(digests) = cardinality(destination_indexes)),
  check ((proved_at is null) = (proved_code is null)),
  check (consumed_at is null or proved_at is not null)
);
create unique index otp_live on otp ((destination_indexes[1]), purpose)
  where consumed_at is null and voided_at is null;
create index otp_subject on otp (subject, created_at);
create index otp_expires_at on otp (expires_at);

-- The house alone reads and writes codes; no person's scope sees one.
select scope_table('otp', of_centers => 'false');
