-- The brands that the forms offer: data, edited by administrators.
create table vehicle_brand (
  id         uuid primary key,
  code       text        not null unique check (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  name       text        not null,
  is_active  boolean     not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
select scope_table('vehicle_brand', of_centers => 'true', of_own => 'true', of_public => 'true');

-- Every name that means a brand, its own and its former ones, and no name means two.
create table vehicle_brand_name (
  -- Letters and digits alone, in lower case.
  key              text primary key check (key ~ '^[a-z0-9]+$'),
  name             text not null,
  vehicle_brand_id uuid not null references vehicle_brand (id)
);
create index vehicle_brand_name_brand on vehicle_brand_name (vehicle_brand_id);
select scope_table('vehicle_brand_name',
  of_centers => 'true', of_own => 'true', of_public => 'true');
