-- What is there of one item at one place; no center is the central warehouse. Value is kept as a
-- sum, so that the moving average never loses a paisa to rounding.
create table stock_level (
  id                    uuid primary key,
  item_id               uuid        not null references item (id),
  service_center_id     uuid,
  on_hand_milli         bigint      not null default 0,
  reserved_milli        bigint      not null default 0,
  value_minor           bigint      not null default 0,
  min_stock_level_milli bigint      check (min_stock_level_milli >= 0),
  max_stock_level_milli bigint      check (max_stock_level_milli >= 0),
  reorder_point_milli   bigint      check (reorder_point_milli >= 0),
  version               integer     not null default 1,
  created_at            timestamptz not null default now(),
  updated_at            timestamptz not null default now(),
  constraint stock_level_never_oversold
    check (0 <= reserved_milli and reserved_milli <= on_hand_milli),
  constraint stock_level_worth check (value_minor >= 0 and (on_hand_milli > 0 or value_minor = 0)),
  unique nulls not distinct (item_id, service_center_id)
) with (fillfactor = 70);
select scope_table('stock_level', of_centers =>
  'service_center_id is null or service_center_id = any ((select scope_centers())::uuid[])');

-- The ledger: on hand and value are the sums of its lines. Nothing here is ever changed.
create table stock_movement (
  id                uuid primary key,
  item_id           uuid        not null references item (id),
  service_center_id uuid,
  movement_type     text        not null
    check (movement_type in ('in', 'out', 'transfer', 'adjustment')),
  quantity_milli    bigint      not null check (quantity_milli <> 0),
  value_minor       bigint      not null,
  reference_type    text        not null
    check (reference_type in ('opening', 'purchase', 'sale', 'job_card', 'transfer', 'adjustment')),
  reference_id      uuid        not null,
  reason            text,
  performed_by      uuid,
  version           integer     not null default 1,
  created_at        timestamptz not null default clock_timestamp()
);
create index stock_movement_item on stock_movement (item_id, service_center_id, created_at);
create index stock_movement_reference on stock_movement (reference_id);
select scope_table('stock_movement', of_centers =>
  'service_center_id is null or service_center_id = any ((select scope_centers())::uuid[])');
