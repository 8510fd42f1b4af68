-- Replica of identity's service centers: where stock may lie.
create table service_center (
  id        uuid    primary key,
  code      text    not null,
  name      text    not null,
  is_active boolean not null,
  version   integer not null
);
