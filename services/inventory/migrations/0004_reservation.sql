-- Stock set aside for one document. Its id is the id of what asked for it.
create table reservation (
  id                uuid primary key,
  document_type     text        not null check (document_type in ('job_card', 'otc_order')),
  document_id       uuid        not null,
  service_center_id uuid        not null,
  status            text        not null,
  version           integer     not null default 1,
  created_at        timestamptz not null default now(),
  updated_at        timestamptz not null default now()
);
create index reservation_document on reservation (document_id);
select scope_table('reservation');

create table reservation_line (
  id                uuid primary key,
  reservation_id    uuid        not null references reservation (id),
  item_id           uuid        not null references item (id),
  service_center_id uuid        not null,
  position          integer     not null,
  quantity_milli    bigint      not null check (quantity_milli > 0),
  status            text        not null
    check (status in ('waiting', 'reserved', 'issued', 'released')),
  description       text        not null,
  unit              text        not null,
  unit_price_minor  bigint      not null,
  currency          text        not null,
  hsn_code          text,
  tax_rate_bp       integer     not null,
  created_at        timestamptz not null default clock_timestamp()
);
create index reservation_line_reservation on reservation_line (reservation_id, position);
-- The queue that arriving stock walks, oldest first.
create index reservation_line_waiting on reservation_line (item_id, service_center_id, created_at)
  where status = 'waiting';
create index reservation_line_held on reservation_line (item_id, service_center_id)
  where status = 'reserved';
select scope_table('reservation_line');
