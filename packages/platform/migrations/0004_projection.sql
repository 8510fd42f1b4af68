-- What a service counts from its topics can be counted anew beside the count that is served. Each
-- count is a generation, with a consumer group of its own that begins at the beginning.
create table projection (
  name       text        not null,
  generation integer     not null check (generation > 0),
  status     text        not null check (status in ('building', 'served', 'retired')),
  changed_at timestamptz not null default now(),
  primary key (name, generation)
);
create unique index projection_served on projection (name) where status = 'served';
create unique index projection_building on projection (name) where status = 'building';

-- The generation that answers are taken from.
create function served(projection_name text) returns integer language sql stable
  return (select generation from projection where name = projection_name and status = 'served');
