-- The counter of a series is drawn inside the transaction that issues, so a number is never lost.
create table number_series (
  service_center_id uuid    not null,
  document_type     text    not null check (document_type in ('invoice', 'credit_note')),
  financial_year    text    not null,
  last_number       integer not null check (last_number > 0),
  primary key (service_center_id, document_type, financial_year)
);
select scope_table('number_series');

create table invoice (
  id                uuid primary key,
  invoice_number    text        unique check (invoice_number ~ '^[A-Z1-9][A-Z0-9/-]{0,15}$'),
  financial_year    text,
  serial            integer,
  service_center_id uuid        not null,
  customer_id       uuid,
  -- Who it is made out to, as sealed JSON.
  customer_details  text        not null,
  job_card_id       uuid        unique,
  otc_order_id      uuid        unique,
  quotation_id      uuid,
  country           text        not null,
  currency          text        not null,
  place_of_supply   text        not null,
  -- Who supplied, as it was on the day of issue.
  supplier          jsonb,
  subtotal_minor    bigint      not null check (subtotal_minor >= 0),
  discount_minor    bigint      not null check (discount_minor >= 0),
  tax_minor         bigint      not null check (tax_minor >= 0),
  round_off_minor   bigint      not null,
  total_minor       bigint      not null check (total_minor >= 0),
  paid_minor        bigint      not null default 0 check (paid_minor between 0 and total_minor),
  balance_minor     bigint      not null generated always as (total_minor - paid_minor) stored,
  status            text        not null
    check (status in ('draft', 'sent', 'paid', 'overdue', 'cancelled')),
  payment_status    text        not null generated always as (
    case when status in ('draft', 'cancelled') then 'pending'
         when paid_minor = total_minor then 'paid'
         when paid_minor > 0 then 'partial'
         else 'pending' end) stored,
  notes             text,
  invoice_date      date,
  due_date          date,
  paid_date         date,
  created_by        uuid,
  version           integer     not null default 1,
  created_at        timestamptz not null default now(),
  updated_at        timestamptz not null default now(),
  unique (service_center_id, financial_year, serial),
  check (total_minor = subtotal_minor - discount_minor + tax_minor + round_off_minor),
  -- What has a number is issued, and the other way round.
  check ((invoice_number is null) = (status = 'draft' or status = 'cancelled' and serial is null)),
  check ((invoice_number is null) = (serial is null)),
  check ((invoice_number is null) = (supplier is null)),
  check ((invoice_number is null) = (invoice_date is null)),
  check (status <> 'paid' or paid_minor = total_minor)
);
create index invoice_center on invoice (service_center_id, created_at);
create index invoice_customer on invoice (customer_id);
create index invoice_outstanding on invoice (due_date) where status in ('sent', 'overdue');
select scope_table('invoice', of_own => 'customer_id = (select scope_user())');

create table invoice_line (
  id                uuid primary key,
  invoice_id        uuid    not null references invoice,
  service_center_id uuid    not null,
  position          integer not null,
  type              text    not null check (type in ('service', 'part', 'labour')),
  description       text    not null,
  item_id           uuid,
  tax_code          text,
  quantity_milli    bigint  not null check (quantity_milli > 0),
  unit              text    not null,
  unit_price_minor  bigint  not null check (unit_price_minor >= 0),
  discount_minor    bigint  not null check (discount_minor >= 0),
  tax_rate_bp       integer not null check (tax_rate_bp between 0 and 10000),
  taxable_minor     bigint  not null check (taxable_minor >= 0),
  cgst_minor        bigint  not null check (cgst_minor >= 0),
  sgst_minor        bigint  not null check (sgst_minor = cgst_minor),
  igst_minor        bigint  not null check (igst_minor >= 0),
  vat_minor         bigint  not null check (vat_minor >= 0),
  total_minor       bigint  not null
    check (total_minor = taxable_minor + cgst_minor + sgst_minor + igst_minor + vat_minor),
  warranty_number   text,
  unique (invoice_id, position) deferrable,
  check (igst_minor = 0 or cgst_minor = 0)
);
select scope_table('invoice_line', of_own =>
  'exists (select from invoice where invoice.id = invoice_id)');
