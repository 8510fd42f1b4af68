-- What other services said of their nouns; personal values stay sealed as they came.
create table service_center (
  id        uuid    primary key,
  code      text    not null,
  name      text    not null,
  is_active boolean not null,
  time_zone text    not null,
  version   integer not null
);

create table customer (
  id                 uuid    primary key,
  service_center_ids uuid[]  not null,
  full_name          text    not null,
  phone              text    not null,
  version            integer not null
);
select scope_table('customer',
  of_centers => 'service_center_ids && (select scope_centers())::uuid[]',
  of_own => 'id = (select scope_user())');

create table vehicle (
  id                 uuid    primary key,
  customer_id        uuid    not null,
  service_center_ids uuid[]  not null,
  plate              text    not null,
  brand              text    not null,
  model              text    not null,
  version            integer not null
);
select scope_table('vehicle',
  of_centers => 'service_center_ids && (select scope_centers())::uuid[]',
  of_own => 'customer_id = (select scope_user())');

-- People who work at the centers; a job card is assigned to one of them.
create table staff (
  id                 uuid    primary key,
  role               text    not null,
  status             text    not null,
  service_center_ids uuid[]  not null,
  full_name          text,
  version            integer not null
);
select scope_table('staff', of_centers => 'service_center_ids && (select scope_centers())::uuid[]');

-- The catalogue of inventory, and what is free of it at each center.
create table item (
  id               uuid    primary key,
  item_code        text    not null,
  name             text    not null,
  unit             text    not null,
  unit_price_minor bigint  not null,
  currency         text    not null,
  is_discontinued  boolean not null,
  version          integer not null
);
create table stock_level (
  id                uuid    primary key,
  item_id           uuid    not null,
  service_center_id uuid,
  available_milli   bigint  not null,
  version           integer not null
);
create index stock_level_item on stock_level (item_id, service_center_id);
select scope_table('stock_level', of_centers =>
  'service_center_id is null or service_center_id = any ((select scope_centers())::uuid[])');
