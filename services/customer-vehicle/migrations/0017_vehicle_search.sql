-- What the papers of a vehicle say beside its mark.
alter table vehicle
  add column vin               text check (vin ~ '^[A-HJ-NPR-Z0-9]{17}$'),
  add column color             text,
  add column engine_number     text,
  add column chassis_number    text,
  add column registration_date date;

-- Bytes in their order, on every server: so an index finds whatever begins with a text. It is asked
-- by comparison, because under the scope Postgres trusts an index with operators alone that can
-- tell nobody of hidden rows, and `like` is none of them.
alter table vehicle alter column plate_key type text collate "C";
alter table vehicle alter column plate type text collate "C";
alter table vehicle alter column vin type text collate "C";
create index vehicle_plate on vehicle (plate);
create unique index vehicle_vin on vehicle (vin);

-- Names of customers to search in. For the same reason no index of trigrams could serve a table
-- under the scope. Nothing is read from here: whoever is found counts only where `customer` shows
-- them too.
create table customer_name (
  customer_id uuid primary key references customer (id) on delete cascade,
  -- In lower case, and a space before each word.
  folded      text not null
);

create function keep_customer_name() returns trigger language plpgsql as $$
begin
  insert into customer_name (customer_id, folded) values (new.id, ' ' || lower(new.full_name))
    on conflict (customer_id) do update set folded = excluded.folded;
  return null;
end $$;
create trigger keep_name after insert or update of full_name on customer
  for each row execute function keep_customer_name();

select set_config('scope.kind', 'all', true);
insert into customer_name (customer_id, folded) select id, ' ' || lower(full_name) from customer;

-- An extension is there once in a database: somebody may have put it into another schema before.
create extension if not exists pg_trgm;
do $$
begin
  execute format(
    'create index customer_name_trigram on customer_name using gin (folded %s.gin_trgm_ops)',
    (select extnamespace::regnamespace::text from pg_extension where extname = 'pg_trgm'));
end $$;

-- When a vehicle was last served, and what its odometer showed, in whichever center that was.
create function last_service_date(vehicle uuid) returns date language sql stable
  set scope.kind = 'system' set scope.centers = ''
  return (select max((completed_at at time zone coalesce(time_zone, 'UTC'))::date)
            from visit left join service_center center on center.id = service_center_id
           where vehicle_id = vehicle and status <> 'cancelled');
create function last_odometer_reading(vehicle uuid) returns integer language sql stable
  set scope.kind = 'system' set scope.centers = ''
  return (select odometer_reading from visit
           where vehicle_id = vehicle and odometer_reading is not null
           order by opened_at desc, id desc limit 1);
