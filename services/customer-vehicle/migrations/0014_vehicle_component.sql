-- The components of a vehicle, for its picture. A vehicle has the starting set of
-- `reference/vehicle-components.csv` until something is said of one of them.
create table vehicle_component (
  vehicle_id            uuid        not null references vehicle (id) on delete cascade,
  component_id          text        not null check (component_id ~ '^[a-z][a-z0-9_]*$'),
  name                  text        not null,
  category              text        not null,
  -- Where the picture shows it, in percent from the left and from the top.
  position_x            integer     not null check (position_x between 0 and 100),
  position_y            integer     not null check (position_y between 0 and 100),
  status                text        not null
    check (status in ('healthy', 'warning', 'critical', 'unknown')),
  -- When the status was judged: news that is older does not change it.
  status_at             timestamptz,
  last_service_date     date,
  service_interval_days integer     check (service_interval_days > 0),
  updated_at            timestamptz not null default now(),
  primary key (vehicle_id, component_id)
);
select scope_table('vehicle_component',
  of_centers => 'exists (select from vehicle where vehicle.id = vehicle_id)',
  of_own => 'exists (select from vehicle where vehicle.id = vehicle_id)');

create table component_issue (
  id           uuid primary key,
  vehicle_id   uuid        not null,
  component_id text        not null,
  description  text        not null,
  severity     text        not null check (severity in ('low', 'medium', 'high', 'critical')),
  reported_at  timestamptz not null,
  reported_by  uuid,
  resolved_at  timestamptz,
  foreign key (vehicle_id, component_id) references vehicle_component on delete cascade
);
create index component_issue_component on component_issue (vehicle_id, component_id);
select scope_table('component_issue',
  of_centers => 'exists (select from vehicle where vehicle.id = vehicle_id)',
  of_own => 'exists (select from vehicle where vehicle.id = vehicle_id)');

-- What workshops did to it, as their job cards tell. Who sees the visit sees this.
create table component_history (
  -- Of the work, as the workshop has it.
  id                uuid primary key,
  vehicle_id        uuid        not null,
  component_id      text        not null,
  service_center_id uuid        not null,
  job_card_id       uuid        not null,
  served_on         date        not null,
  type              text        not null,
  description       text        not null,
  cost_minor        bigint      not null,
  currency          text        not null,
  foreign key (vehicle_id, component_id) references vehicle_component on delete cascade
);
create index component_history_component on component_history (vehicle_id, component_id, served_on);
select scope_table('component_history',
  of_own => 'exists (select from visit where visit.id = job_card_id)');
