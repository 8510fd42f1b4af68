-- An exchanged refresh token outlives itself by far: whoever comes back late with it still ends the
-- session of a copy. After a year it is forgotten, so that a session that goes on and on does not
-- grow for ever.
alter table spent_token add column spent_at timestamptz not null default now();
create index spent_token_spent_at on spent_token (spent_at);

-- The order of the list of accounts.
create index user_created_at on "user" (created_at, id);
