-- When somebody showed that an e-mail address or a phone is theirs. An account keeps what it never
-- proved only until somebody else proves it. Staff is known to whoever opened the account; of
-- customers the phone was proved, the e-mail was not.
alter table "user"
  add column email_proved_at timestamptz check (email_proved_at is null or email is not null),
  add column phone_proved_at timestamptz check (phone_proved_at is null or phone is not null);
update "user" set
  email_proved_at = case when email is not null and role <> 'mobile_user' then created_at end,
  phone_proved_at = case when phone is not null then created_at end;

-- Codes of garages are G and a number; when these have two more characters, they get a third one.
create sequence garage_number;
alter table service_center
  add column trade_license_number text,
  add column vat_certification    text,
  drop constraint service_center_code_check,
  add constraint service_center_code_check check (code ~ '^[A-Z1-9][A-Z0-9]{1,3}$');

-- A person who wants to open a garage, from the first form until the account is open. The person
-- holds a handle of which only the digest is kept. What was typed lies sealed, the password as its
-- hash. `lives_until` is the end of the newest code, then of the 24 hours after a code was proved;
-- while a registration lives, nobody else begins one with its e-mail address or its phone.
create table garage_registration (
  id          uuid        primary key,
  handle_hash text        not null unique,
  email_index text        not null unique,
  phone_index text        not null unique,
  status      text        not null default 'pending_verification'
              check (status in ('pending_verification', 'verified')),
  form        text        not null,
  place       text,
  proved      text        check (proved in ('email', 'phone')),
  proved_at   timestamptz,
  lives_until timestamptz not null,
  created_at  timestamptz not null default now(),
  check ((status = 'verified') = (proved is not null)),
  check ((proved is null) = (proved_at is null)),
  check (place is null or status = 'verified')
);
create index garage_registration_lives_until on garage_registration (lives_until);
-- The house alone reads and writes registrations; no person's scope sees one.
select scope_table('garage_registration', of_centers => 'false');

-- What a garage's owner said of it beyond the account and the service center. Where it is and the
-- paper that names its owner are ciphertext.
create table garage (
  id                 uuid        primary key,
  user_id            uuid        not null unique references "user" (id),
  service_center_id  uuid        not null unique references service_center (id),
  company_legal_name text        not null,
  emirates_id_url    text        not null,
  address            text        not null,
  street             text        not null,
  latitude           double precision check (latitude between -90 and 90),
  longitude          double precision check (longitude between -180 and 180),
  created_at         timestamptz not null default now(),
  check ((latitude is null) = (longitude is null))
);
select scope_table('garage',
  of_centers => 'service_center_id = any ((select scope_centers())::uuid[])',
  of_own => 'user_id = (select scope_user())');
