-- Accounts. E-mail, phone and name are ciphertext; the indexes are keyed digests of their normal
-- forms, for lookup and uniqueness.
create table "user" (
  id            uuid primary key,
  email         text,
  email_index   text        unique,
  phone         text,
  phone_index   text        unique,
  full_name     text        not null,
  password_hash text,
  role          text        not null references role (name),
  status        text        not null check (
    status in ('pending_verification', 'verified', 'active', 'suspended', 'rejected')),
  last_login_at timestamptz,
  version       integer     not null default 1,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  check ((email is null) = (email_index is null)),
  check ((phone is null) = (phone_index is null)),
  check (email is not null or phone is not null)
);
create index user_role on "user" (role);

create table user_center (
  user_id           uuid    not null references "user" (id) on delete cascade,
  service_center_id uuid    not null references service_center (id),
  is_main           boolean not null default false,
  primary key (user_id, service_center_id)
);
create unique index user_center_main on user_center (user_id) where is_main;
create index user_center_center on user_center (service_center_id);

select scope_table('user_center',
  of_centers => 'service_center_id = any ((select scope_centers())::uuid[])
                 or user_id = (select scope_user())',
  of_own => 'user_id = (select scope_user())');
select scope_table('"user"',
  of_centers => 'id = (select scope_user()) or exists (
                   select from user_center
                    where user_center.user_id = "user".id
                      and service_center_id = any ((select scope_centers())::uuid[]))',
  of_own => 'id = (select scope_user())');

-- Wrong passwords in a row, and the lock they brought. `subject` is an account's id, or, where no
-- account was meant, the digest of what was typed: a stranger's name locks like a real one, so that
-- a lock does not tell who has an account.
create table login_failure (
  subject      text primary key,
  failures     integer     not null check (failures > 0),
  failed_at    timestamptz not null default now(),
  locked_until timestamptz
);
create index login_failure_failed_at on login_failure (failed_at);
select scope_table('login_failure', of_centers => 'false');
