-- One open alert per item and place, however often its stock moves below the reorder point.
create table stock_alert (
  id                  uuid primary key,
  item_id             uuid        not null references item (id),
  service_center_id   uuid,
  available_milli     bigint      not null,
  reorder_point_milli bigint      not null,
  cleared_at          timestamptz,
  version             integer     not null default 1,
  created_at          timestamptz not null default now(),
  updated_at          timestamptz not null default now()
);
create unique index stock_alert_open on stock_alert (item_id, service_center_id)
  nulls not distinct where cleared_at is null;
select scope_table('stock_alert', of_centers =>
  'service_center_id is null or service_center_id = any ((select scope_centers())::uuid[])');

create sequence purchase_request_number;

-- One open request per item and place: what the reorder point and waiting documents ask for.
create table purchase_request (
  id                uuid primary key,
  request_number    text        not null unique,
  item_id           uuid        not null references item (id),
  service_center_id uuid,
  quantity_milli    bigint      not null check (quantity_milli > 0),
  cause             text        not null check (cause in ('reorder_point', 'shortage')),
  document_id       uuid,
  status            text        not null default 'open' check (status in ('open', 'closed')),
  version           integer     not null default 1,
  created_at        timestamptz not null default now(),
  updated_at        timestamptz not null default now()
);
create unique index purchase_request_open on purchase_request (item_id, service_center_id)
  nulls not distinct where status = 'open';
select scope_table('purchase_request', of_centers =>
  'service_center_id is null or service_center_id = any ((select scope_centers())::uuid[])');
