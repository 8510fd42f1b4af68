-- What a job card needs of inventory, from the wish to the part in the vehicle.
create table parts_request (
  id                uuid primary key,
  job_card_id       uuid        not null references job_card (id),
  service_center_id uuid        not null,
  status            text        not null,
  requested_by      uuid,
  version           integer     not null default 1,
  created_at        timestamptz not null default now(),
  updated_at        timestamptz not null default now()
);
create index parts_request_card on parts_request (job_card_id);
select scope_table('parts_request');

create table parts_request_line (
  id                uuid primary key,
  parts_request_id  uuid        not null references parts_request (id),
  job_card_id       uuid        not null references job_card (id),
  service_center_id uuid        not null,
  position          integer     not null,
  item_id           uuid        not null,
  item_name         text        not null,
  unit              text        not null,
  quantity_milli    bigint      not null check (quantity_milli > 0),
  used_milli        bigint      check (used_milli >= 0),
  status            text        not null
    check (status in ('requested', 'reserved', 'short', 'issued', 'released')),
  unit_price_minor  bigint      not null,
  currency          text        not null,
  hsn_code          text,
  tax_rate_bp       integer     not null default 0,
  is_warranty       boolean     not null default false,
  warranty_number   text
);
create index parts_request_line_request on parts_request_line (parts_request_id, position);
create index parts_request_line_card on parts_request_line (job_card_id);
select scope_table('parts_request_line');
