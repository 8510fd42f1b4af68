-- Where each service's chain of lines stands; one line is added to a chain at a time.
create table audit_chain (
  service       text   primary key,
  last_sequence bigint not null check (last_sequence > 0)
);

create table audit_line (
  id                uuid        primary key,
  service           text        not null,
  sequence          bigint      not null check (sequence > 0),
  user_id           uuid,
  role              text,
  action            text        not null,
  endpoint          text        not null,
  entity_type       text        not null,
  entity_id         text,
  service_center_id uuid,
  outcome           text        not null check (outcome in ('done', 'refused', 'read')),
  reason            text,
  old_values        jsonb,
  new_values        jsonb,
  ip_address        text,
  user_agent        text,
  request_id        text        not null,
  created_at        timestamptz not null,
  recorded_at       timestamptz not null default now(),
  unique (service, sequence)
);
comment on table audit_line is 'append-only: what was done cannot be undone by writing about it';
create index audit_line_created_at on audit_line (created_at desc, id desc);
create index audit_line_center on audit_line (service_center_id, created_at desc);
create index audit_line_user on audit_line (user_id, created_at desc);
create index audit_line_entity on audit_line (entity_type, entity_id, created_at desc);
select scope_table('audit_line');
