-- A visit of a vehicle to a workshop, as the workshop tells of its job card.
create table visit (
  -- The job card's.
  id                  uuid primary key,
  job_card_number     text        not null,
  service_request_id  uuid        not null,
  vehicle_id          uuid        not null,
  customer_id         uuid        not null,
  service_center_id   uuid        not null,
  status              text        not null,
  is_home_service     boolean     not null,
  assigned_engineer   uuid,
  odometer_reading    integer,
  services            jsonb       not null,
  additional_services jsonb       not null,
  parts_used          jsonb       not null,
  -- What it comes to so far, with tax; the invoice has the last word.
  total_minor         bigint      not null,
  currency            text        not null,
  payment_status      text        not null,
  opened_at           timestamptz not null,
  completed_at        timestamptz,
  delivered_at        timestamptz,
  version             integer     not null
);
create index visit_vehicle on visit (vehicle_id, opened_at);
-- A vehicle that was sold shows each owner the own visits alone.
select scope_table('visit', of_own => 'exists (select from customer owner
  where owner.id = visit.customer_id and owner.account_id = (select scope_user()))');

-- What a visit was billed with, as billing tells of it once it has a number.
create table visit_invoice (
  id                uuid    primary key,
  job_card_id       uuid    not null,
  service_center_id uuid    not null,
  invoice_number    text    not null,
  invoice_date      date,
  status            text    not null,
  total_minor       bigint  not null,
  version           integer not null
);
create index visit_invoice_job_card on visit_invoice (job_card_id);
select scope_table('visit_invoice',
  of_own => 'exists (select from visit where visit.id = job_card_id)');

-- How a vehicle is by its visits to every center, whoever asks.
create function status_by_visits(vehicle uuid) returns text language sql stable
  set scope.kind = 'system' set scope.centers = ''
  return (select case when bool_or(status <> 'completed') then 'in_service'
                      when bool_or(status = 'completed') then 'completed'
                      else 'active' end
            from visit where vehicle_id = vehicle and status not in ('delivered', 'cancelled'));
