-- A vehicle of a customer. Its key is the mark with RTO and number padded: MH1AB1 is MH01AB0001.
create table vehicle (
  id               uuid        primary key,
  customer_id      uuid        not null references customer (id),
  plate            text        not null,
  plate_key        text        not null unique,
  plate_kind       text        not null check (plate_kind in ('standard', 'bharat', 'special')),
  brand            text        not null,
  model            text        not null,
  year_of_purchase integer     check (year_of_purchase between 1900 and 2200),
  photo_file_id    uuid        unique,
  status           text        not null default 'active'
                               check (status in ('active', 'in_service', 'completed', 'archived')),
  version          integer     not null default 1,
  created_at       timestamptz not null default now(),
  updated_at       timestamptz not null default now()
);
create index vehicle_customer on vehicle (customer_id);
create index vehicle_created_at on vehicle (created_at, id);

create table vehicle_center (
  vehicle_id        uuid        not null references vehicle (id) on delete cascade
                                deferrable initially deferred,
  service_center_id uuid        not null,
  linked_at         timestamptz not null default now(),
  primary key (vehicle_id, service_center_id)
);
create index vehicle_center_center on vehicle_center (service_center_id, vehicle_id);

select scope_table('vehicle_center');
select scope_table('vehicle',
  of_centers => 'exists (select from vehicle_center link where link.vehicle_id = vehicle.id
    and link.service_center_id = any ((select scope_centers())::uuid[]))',
  of_own => 'exists (select from customer owner where owner.id = vehicle.customer_id
    and owner.account_id = (select scope_user()))');
