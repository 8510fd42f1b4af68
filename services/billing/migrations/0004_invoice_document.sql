-- Where the PDF of an issued invoice lies. Its id is the invoice's.
create table invoice_document (
  id                uuid primary key references invoice,
  service_center_id uuid        not null,
  storage_key       text        not null,
  bytes             integer     not null,
  version           integer     not null default 1,
  created_at        timestamptz not null default now(),
  updated_at        timestamptz not null default now()
);
select scope_table('invoice_document', of_own =>
  'exists (select from invoice where invoice.id = invoice_document.id)');
