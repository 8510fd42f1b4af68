create sequence job_card_number;

-- One job on one vehicle, from the opening of the card to the delivery.
create table job_card (
  id                   uuid primary key,
  job_card_number      text        not null unique,
  service_request_id   uuid        not null references service_request (id),
  customer_id          uuid        not null,
  vehicle_id           uuid        not null,
  service_center_id    uuid        not null,
  status               text        not null,
  -- Where it goes on when the parts that it waits for are there.
  resume_status        text,
  is_home_service      boolean     not null default false,
  assigned_engineer    uuid,
  assigned_date        timestamptz,
  started_at           timestamptz,
  completed_at         timestamptz,
  delivered_at         timestamptz,
  odometer_reading     integer     check (odometer_reading >= 0),
  fuel_level           integer     check (fuel_level between 0 and 100),
  exterior_condition   text,
  interior_condition   text,
  issues_reported      text[]      not null default '{}',
  images               text[]      not null default '{}',
  estimated_cost_minor bigint      check (estimated_cost_minor >= 0),
  estimated_time_milli bigint      check (estimated_time_milli >= 0),
  inspected_by         uuid,
  inspected_at         timestamptz,
  engineer_notes       text,
  customer_notes       text,
  -- Lines of parts that inventory has not granted yet; it cannot be completed before.
  parts_open           integer     not null default 0 check (parts_open >= 0),
  currency             text        not null default 'INR',
  payment_status       text        not null default 'pending',
  invoice_id           uuid,
  -- Why it was called off.
  reason               text,
  version              integer     not null default 1,
  created_at           timestamptz not null default now(),
  updated_at           timestamptz not null default now()
);
-- A request has one card at a time; a card that was called off makes room for another.
create unique index job_card_of_request on job_card (service_request_id)
  where status <> 'cancelled';
create index job_card_center on job_card (service_center_id, created_at);
create index job_card_engineer on job_card (assigned_engineer) where delivered_at is null;
create index job_card_vehicle on job_card (vehicle_id);
select scope_table('job_card', of_own => 'customer_id = (select scope_user())');

create table job_card_service (
  id                   uuid primary key,
  job_card_id          uuid        not null references job_card (id),
  service_center_id    uuid        not null,
  position             integer     not null,
  service_type         text        not null,
  description          text        not null,
  estimated_time_milli bigint,
  actual_time_milli    bigint,
  status               text        not null
    check (status in ('pending', 'in_progress', 'completed', 'skipped')),
  completed_by         uuid,
  completed_at         timestamptz,
  price_minor          bigint      not null check (price_minor >= 0),
  sac_code             text,
  tax_rate_bp          integer     not null check (tax_rate_bp between 0 and 10000)
);
create index job_card_service_card on job_card_service (job_card_id, position);
select scope_table('job_card_service', of_own =>
  'exists (select from job_card where job_card.id = job_card_id)');
