-- What a step of a job card did to a component of the vehicle: once, however often it is applied.
create table component_work (
  id                uuid primary key,
  job_card_id       uuid        not null references job_card (id),
  -- The line of the card: a service that was ordered, or an additional one that was approved.
  line_id           uuid        not null,
  vehicle_id        uuid        not null,
  service_center_id uuid        not null,
  component_id      text        not null,
  change            text        not null
    check (change in ('inspected', 'serviced', 'repaired', 'replaced')),
  description       text        not null,
  cost_minor        bigint      not null check (cost_minor >= 0),
  currency          text        not null,
  -- How the component is since; null leaves that as it was.
  status            text        check (status in ('healthy', 'warning', 'critical')),
  recorded_by       uuid,
  created_at        timestamptz not null default now(),
  unique (line_id, component_id)
);
create index component_work_card on component_work (job_card_id);
select scope_table('component_work', of_own =>
  'exists (select from job_card where job_card.id = job_card_id)');
