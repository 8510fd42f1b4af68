-- A phone as somebody typed it, whose code is on its way. Whoever brings the code back does not say
-- the country again, so the digits are the key: for one purpose they mean one phone, the newest.
-- What was typed lies sealed in `form`.
create table phone_proof (
  id           uuid        primary key,
  purpose      text        not null check (purpose in ('phone-sign-up', 'code-login')),
  digits_index text        not null,
  form         text        not null,
  code_sent_at timestamptz not null,
  unique (purpose, digits_index)
);
create index phone_proof_code_sent_at on phone_proof (code_sent_at);
-- The house alone reads and writes them; no person's scope sees one.
select scope_table('phone_proof', of_centers => 'false');

-- What a person is called and says beyond the account; its id is the account's. All of it is
-- ciphertext: user name and canonical name hold digits of the phone. The indexes are keyed digests.
create table profile (
  id              uuid primary key references "user" (id) on delete cascade,
  username        text,
  username_index  text unique,
  canonical       text,
  canonical_index text unique,
  gender          text,
  dob             text,
  check ((username is null) = (username_index is null)),
  check ((canonical is null) = (canonical_index is null))
);
select scope_table('profile',
  of_centers => 'exists (select from "user" where "user".id = profile.id)',
  of_own => 'id = (select scope_user())');

-- How often a user name was given; its row is locked by whoever takes the next number.
create table username_counter (
  base_index text    primary key,
  last       integer not null check (last >= 0)
);
select scope_table('username_counter', of_centers => 'false');

alter table "user" add column profile_image_id uuid;

-- A new e-mail address or phone of an account, until its code has come back; one at a time.
create table contact_change (
  id       uuid        primary key,
  user_id  uuid        not null unique references "user" (id) on delete cascade,
  kind     text        not null check (kind in ('email', 'phone')),
  contact  text        not null,
  asked_at timestamptz not null
);
create index contact_change_asked_at on contact_change (asked_at);
select scope_table('contact_change', of_centers => 'false');

-- Customers who proved their phone and have no account yet; no person's scope sees one. Of those
-- who have an account the index is forgotten, and the row stays for its version.
create table customer (
  id          uuid    primary key,
  phone_index text,
  version     integer not null
);
create index customer_phone on customer (phone_index);
select scope_table('customer', of_centers => 'false');
