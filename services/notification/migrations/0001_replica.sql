-- What other services said of their nouns; personal values stay sealed as they came.
-- The house itself reads every row: a message of one center may concern a customer of another.
create table customer (
  id                 uuid    primary key,
  reference_id       text    not null,
  service_center_ids uuid[]  not null,
  first_name         text    not null,
  phone              text    not null,
  email              text,
  marketing_consent  boolean not null,
  version            integer not null
);
select scope_table('customer', of_centers =>
  '(select scope_kind()) = ''system'' or service_center_ids && (select scope_centers())::uuid[]');

create table vehicle (
  id                 uuid    primary key,
  service_center_ids uuid[]  not null,
  plate              text    not null,
  brand              text    not null,
  model              text    not null,
  version            integer not null
);
select scope_table('vehicle', of_centers =>
  '(select scope_kind()) = ''system'' or service_center_ids && (select scope_centers())::uuid[]');

create table service_center (
  id             uuid    primary key,
  name           text    not null,
  is_head_office boolean not null,
  time_zone      text    not null,
  version        integer not null
);
select scope_table('service_center', of_centers =>
  '(select scope_kind()) = ''system'' or id = any ((select scope_centers())::uuid[])');
