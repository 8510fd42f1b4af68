-- The catalogue. What is there of an item, and where, is its stock level.
create table item (
  id                    uuid primary key,
  item_code             text        not null unique check (item_code = upper(item_code)),
  name                  text        not null,
  category              text        not null
    check (category in ('spare_part', 'consumable', 'tool', 'other')),
  description           text,
  unit                  text        not null default 'piece',
  unit_price_minor      bigint      not null check (unit_price_minor >= 0),
  cost_price_minor      bigint      not null check (cost_price_minor >= 0),
  currency              text        not null default 'INR' check (currency ~ '^[A-Z]{3}$'),
  hsn_code              text        check (hsn_code ~ '^[0-9]{4}([0-9]{2}){0,2}$'),
  tax_rate_bp           integer     not null check (tax_rate_bp between 0 and 10000),
  min_stock_level_milli bigint      not null default 0 check (min_stock_level_milli >= 0),
  max_stock_level_milli bigint      check (max_stock_level_milli >= min_stock_level_milli),
  reorder_point_milli   bigint      check (reorder_point_milli >= 0),
  is_discontinued       boolean     not null default false,
  version               integer     not null default 1,
  created_at            timestamptz not null default now(),
  updated_at            timestamptz not null default now()
);
create index item_name on item (lower(name) text_pattern_ops);
-- One catalogue for the whole group; who may read it is the endpoint's to say.
select scope_table('item', of_centers => 'true');
