-- Replica of identity's service centers: whose registration it is, and which name signs for it.
create table service_center (
  id             uuid    primary key,
  code           text    not null,
  name           text    not null,
  is_active      boolean not null,
  is_head_office boolean not null,
  pin_prefixes   text[]  not null,
  state          text    not null,
  time_zone      text    not null,
  version        integer not null
);
