-- One sign-in on one device. Of refresh tokens only digests are kept; `successor` is the current
-- token, encrypted under the one that was exchanged for it.
create table session (
  id            uuid primary key,
  user_id       uuid        not null references "user" (id) on delete cascade,
  token_hash    text        not null unique,
  previous_hash text,
  successor     text,
  rotated_at    timestamptz,
  expires_at    timestamptz not null,
  ended_at      timestamptz,
  ended_by      text        check (ended_by in ('logout', 'reuse')),
  version       integer     not null default 1,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  check ((ended_at is null) = (ended_by is null)),
  check ((previous_hash is null) = (rotated_at is null))
);
create index session_of_user on session (user_id);
create index session_expires_at on session (expires_at);
select scope_table('session',
  of_centers => 'user_id = (select scope_user())',
  of_own => 'user_id = (select scope_user())');

-- Refresh tokens that were exchanged: whoever presents one again has a copy.
create table spent_token (
  hash       text primary key,
  session_id uuid not null references session (id) on delete cascade
);
create index spent_token_session on spent_token (session_id);
select scope_table('spent_token', of_centers => 'false');
