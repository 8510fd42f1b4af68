create sequence service_request_number;

create table service_request (
  id                   uuid primary key,
  request_number       text        not null unique,
  customer_id          uuid        not null,
  vehicle_id           uuid        not null,
  service_center_id    uuid        not null,
  request_type         text        not null
    check (request_type in ('service', 'spare_part', 'home_service')),
  service_type         text        not null
    check (service_type in ('regular', 'repair', 'inspection', 'emergency')),
  description          text,
  priority             text        not null check (priority in ('low', 'medium', 'high', 'urgent')),
  service_location     text        not null check (service_location in ('service_station', 'home')),
  -- The place of a home visit, sealed: where somebody lives.
  address              text,
  status               text        not null,
  preferred_date       date,
  preferred_time       text        check (preferred_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  scheduled_date       date,
  scheduled_time       text        check (scheduled_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  estimated_cost_minor bigint      check (estimated_cost_minor >= 0),
  currency             text        not null default 'INR',
  requested_by         uuid,
  approved_by          uuid,
  -- Why it was rejected or called off.
  reason               text,
  version              integer     not null default 1,
  created_at           timestamptz not null default now(),
  updated_at           timestamptz not null default now(),
  check (service_location <> 'home' or address is not null)
);
create index service_request_center on service_request (service_center_id, created_at);
create index service_request_vehicle on service_request (vehicle_id);
create index service_request_customer on service_request (customer_id);
select scope_table('service_request', of_own => 'customer_id = (select scope_user())');
