-- What identity said of its nouns.
create table service_center (
  id        uuid    primary key,
  code      text    not null,
  name      text    not null,
  is_active boolean not null,
  time_zone text    not null,
  version   integer not null
);

create table staff (
  id                 uuid    primary key,
  role               text    not null,
  status             text    not null,
  service_center_ids uuid[]  not null,
  version            integer not null
);
select scope_table('staff', of_centers => 'service_center_ids && (select scope_centers())::uuid[]');
