-- Pictures and documents. The bytes lie in the storage under `storage_key`.
create table file (
  id                uuid primary key,
  purpose           text        not null
    check (purpose in ('vehicle_photo', 'garage_document', 'inspection', 'profile_image')),
  -- The thing that it belongs to: a registration, a vehicle. Null until something claims it.
  attached_to       uuid,
  storage_key       text        not null unique,
  content_type      text        not null
    check (content_type in ('image/webp', 'application/pdf')),
  bytes             integer     not null check (bytes > 0),
  width             integer     check (width > 0),
  height            integer     check (height > 0),
  uploaded_by       uuid,
  service_center_id uuid,
  created_at        timestamptz not null default now(),
  check ((width is null) = (content_type = 'application/pdf')),
  check ((height is null) = (width is null))
);
create index file_attached_to on file (attached_to) where attached_to is not null;
create index file_unattached on file (bytes) where attached_to is null;

-- Whoever may see the thing may see its file; before that, only who brought it. An anonymous
-- person needs a signed link, which the handler checks, and names the file in the address.
select scope_table('file',
  of_centers => $$ uploaded_by = (select scope_user())
    or service_center_id = any ((select scope_centers())::uuid[])
    or exists (select from vehicle where vehicle.id = file.attached_to)
    or exists (select from registration where registration.id = file.attached_to) $$,
  of_own => $$ uploaded_by = (select scope_user())
    or exists (select from vehicle where vehicle.id = file.attached_to) $$,
  of_public => $$ id = (select scope_subject()) $$);
