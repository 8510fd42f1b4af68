-- Links by which a forgotten password is replaced. Only digests of their tokens are kept. A link
-- that a stranger asked for has a row too, without an account: both cost the same.
create table password_reset (
  id          uuid primary key,
  token_hash  text        not null unique,
  email_index text        not null,
  user_id     uuid        references "user" (id) on delete cascade,
  expires_at  timestamptz not null,
  created_at  timestamptz not null default now()
);
create index password_reset_user on password_reset (user_id);
create index password_reset_expires_at on password_reset (expires_at);
select scope_table('password_reset', of_centers => 'false');
