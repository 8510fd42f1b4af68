-- A person with a phone number. Phone, e-mail and street are ciphertext and found by blind index;
-- a phone belongs to one customer, an e-mail to whoever proves it.
create table customer (
  id                uuid primary key,
  account_id        uuid        unique,
  reference_id      text        unique check (reference_id ~ '^CUST-[A-Z0-9]+-[0-9]{6,}$'),
  full_name         text        not null,
  phone             text        not null,
  phone_index       text        not null unique,
  alternative_phone text,
  email             text,
  email_index       text,
  street            text,
  city              text        not null,
  taluka            text        not null,
  district          text        not null,
  state             text        not null,
  pin_code          text        not null check (pin_code ~ '^[1-9][0-9]{5}$'),
  marketing_consent boolean     not null default true,
  suggestion        text,
  verified_at       timestamptz,
  version           integer     not null default 1,
  created_at        timestamptz not null default now(),
  updated_at        timestamptz not null default now(),
  check (verified_at is null or reference_id is not null)
);
create index customer_email_index on customer (email_index) where email_index is not null;
create index customer_created_at on customer (created_at, id);

-- The centers that serve a customer. Checked at commit, so that a center may write its link first
-- and then sees the customer that it adds.
create table customer_center (
  customer_id       uuid        not null references customer (id) on delete cascade
                                deferrable initially deferred,
  service_center_id uuid        not null,
  linked_at         timestamptz not null default now(),
  primary key (customer_id, service_center_id)
);
create index customer_center_center on customer_center (service_center_id, customer_id);

select scope_table('customer_center');
select scope_table('customer',
  of_centers => 'exists (select from customer_center link where link.customer_id = customer.id
    and link.service_center_id = any ((select scope_centers())::uuid[]))',
  of_own => 'account_id = (select scope_user())');

-- How many reference ids each prefix has given out. Counted inside the transaction that gives one,
-- so that a prefix has no gaps.
create table reference_counter (
  prefix text    primary key,
  last   integer not null check (last > 0)
);
