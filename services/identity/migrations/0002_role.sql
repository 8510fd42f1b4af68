-- Bundles of permissions. `offered_permissions` are those that releases have brought so far: a new
-- one is given once, and what an administrator took away stays away.
create table role (
  id                  uuid primary key,
  name                text        not null unique check (name ~ '^[a-z][a-z0-9_]{1,39}$'),
  description         text        not null,
  permissions         text[]      not null,
  offered_permissions text[]      not null,
  version             integer     not null default 1,
  created_at          timestamptz not null default now(),
  updated_at          timestamptz not null default now()
);
select scope_table('role', of_centers => 'true', of_own => 'true');
