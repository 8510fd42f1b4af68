-- What other services said of their nouns; personal values stay sealed as they came.
create table service_center (
  id        uuid    primary key,
  code      text    not null,
  name      text    not null,
  is_active boolean not null,
  street    text,
  city      text,
  pin_code  text,
  state     text    not null,
  country   text    not null,
  gstin     text,
  time_zone text    not null,
  version   integer not null
);

create table customer (
  id                 uuid    primary key,
  service_center_ids uuid[]  not null,
  full_name          text    not null,
  phone              text    not null,
  email              text,
  city               text    not null,
  state              text    not null,
  pin_code           text    not null,
  version            integer not null
);
select scope_table('customer',
  of_centers => 'service_center_ids && (select scope_centers())::uuid[]',
  of_own => 'id = (select scope_user())');

create table job_card (
  id                  uuid    primary key,
  job_card_number     text    not null,
  service_center_id   uuid    not null,
  customer_id         uuid    not null,
  status              text    not null,
  currency            text    not null,
  services            jsonb   not null,
  additional_services jsonb   not null,
  parts_used          jsonb   not null,
  version             integer not null
);
select scope_table('job_card', of_own => 'customer_id = (select scope_user())');
