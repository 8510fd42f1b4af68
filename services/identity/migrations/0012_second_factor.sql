-- What an account shows beside its password: codes of an authenticator app. The secret is
-- ciphertext, of recovery codes only keyed digests are kept. It counts once the account says
-- `mfa_enabled`; until then its owner is still to prove that the app shows the right codes.
alter table "user" add column mfa_enabled boolean not null default false;

create table second_factor (
  id             uuid        primary key,
  user_id        uuid        not null unique references "user" (id) on delete cascade,
  secret         text        not null,
  -- The newest step of 30 seconds whose code was accepted: none is accepted twice.
  last_step      integer,
  recovery_codes text[]      not null default '{}',
  created_at     timestamptz not null default now()
);
select scope_table('second_factor',
  of_centers => 'exists (select from "user" where "user".id = second_factor.user_id)',
  of_own => 'user_id = (select scope_user())');

-- Who has proved the first factor, and still owes the second one: its code, or its enrollment. Of
-- the token only the digest is kept.
create table challenge (
  id         uuid        primary key,
  token_hash text        not null unique,
  user_id    uuid        not null references "user" (id) on delete cascade,
  owes       text        not null check (owes in ('code', 'enrollment')),
  expires_at timestamptz not null
);
create index challenge_user on challenge (user_id);
create index challenge_expires_at on challenge (expires_at);
select scope_table('challenge',
  of_centers => 'exists (select from "user" where "user".id = challenge.user_id)');

alter table session drop constraint session_ended_by_check;
alter table session add constraint session_ended_by_check check (ended_by in
  ('logout', 'reuse', 'suspension', 'password', 'revocation', 'second_factor'));
