create table service_center (
  id             uuid primary key,
  code           text        not null unique check (code ~ '^[A-Z1-9][A-Z0-9]{1,2}$'),
  name           text        not null,
  is_active      boolean     not null default true,
  is_head_office boolean     not null default false,
  street         text,
  city           text        not null,
  district       text,
  state          text        not null,
  pin_code       text        check (pin_code ~ '^[1-9][0-9]{5}$'),
  country        text        not null default 'IN' check (country ~ '^[A-Z]{2}$'),
  phone          text,
  email          text,
  gstin          text,
  time_zone      text        not null default 'Asia/Kolkata',
  version        integer     not null default 1,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now()
);
create unique index service_center_head_office on service_center (is_head_office)
  where is_head_office;
select scope_table('service_center', of_centers => 'id = any ((select scope_centers())::uuid[])');

-- PIN code zones: customers whose PIN code begins so belong to this center.
create table service_center_zone (
  service_center_id uuid not null references service_center (id),
  pin_prefix        text not null check (pin_prefix ~ '^[1-9][0-9]{0,5}$'),
  primary key (pin_prefix)
);
create index service_center_zone_center on service_center_zone (service_center_id);
select scope_table('service_center_zone');
