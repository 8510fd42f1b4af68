-- A form that was submitted. Until its code is proved, what the person typed lies sealed in `form`;
-- what staff filter by stands beside it. Verified, it is emptied: customer and vehicles hold it.
create table registration (
  id                uuid        primary key,
  service_center_id uuid        not null,
  status            text        not null check (status in ('pending', 'verified')),
  form              text,
  phone_index       text        not null,
  full_name         text        not null,
  city              text        not null,
  taluka            text        not null,
  district          text        not null,
  state             text        not null,
  pin_code          text        not null,
  brands            text[]      not null,
  plate_keys        text[]      not null,
  created_by        uuid,
  customer_id       uuid        references customer (id),
  code_expires_at   timestamptz not null,
  code_blocked_at   timestamptz,
  verified_at       timestamptz,
  version           integer     not null default 1,
  created_at        timestamptz not null default now(),
  updated_at        timestamptz not null default now(),
  check ((status = 'pending') = (form is not null)),
  check ((status = 'verified') = (customer_id is not null and verified_at is not null))
);
create index registration_pending on registration (service_center_id, created_at, id)
  where status = 'pending';
create index registration_phone on registration (phone_index);
create index registration_customer on registration (customer_id) where customer_id is not null;
select scope_table('registration', of_public => 'id = (select scope_subject())');
