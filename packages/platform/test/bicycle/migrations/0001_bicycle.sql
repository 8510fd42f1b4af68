create table bicycle (
  id                uuid primary key,
  service_center_id uuid,
  owner_id          uuid,
  name              text        not null,
  color             text,
  price_minor       bigint      not null default 0,
  bought_on         date,
  status            text        not null default 'new',
  extras            jsonb       not null default '{}',
  secret_note       text,
  version           integer     not null default 1,
  created_at        timestamptz not null default now(),
  updated_at        timestamptz not null default now()
);
select scope_table('bicycle',
  of_own => 'owner_id = (select scope_user())',
  of_public => 'id = (select scope_subject()) and service_center_id is null',
  public_may_insert => true);

-- One row for each effect of a consumer, in the order of the effects.
create table ride (
  seq      bigint generated always as identity primary key,
  bicycle  uuid    not null,
  sequence integer not null,
  brand    text    not null
);

create table rider (
  id        uuid primary key,
  city      text    not null,
  version   integer not null
);

create table ring (
  seq     bigint generated always as identity primary key,
  subject uuid not null,
  process integer
);
