-- Who works where, so that the right people are told; names are nobody's business here.
create table staff (
  id                 uuid    primary key,
  role               text    not null,
  status             text    not null,
  service_center_ids uuid[]  not null,
  version            integer not null
);
select scope_table('staff', of_centers =>
  '(select scope_kind()) = ''system'' or service_center_ids && (select scope_centers())::uuid[]');

create table item (
  id        uuid    primary key,
  item_code text    not null,
  name      text    not null,
  version   integer not null
);

-- What one person is told inside the application. Its texts name things by their numbers, and
-- nobody by name, phone or plate.
create table notification (
  id                  uuid        primary key,
  event_id            uuid        not null,
  user_id             uuid        not null,
  title               text        not null,
  message             text        not null,
  type                text        not null
                      check (type in ('info', 'warning', 'error', 'success', 'approval')),
  category            text        not null check (category in
                      ('request', 'approval', 'invoice', 'inventory', 'job_card', 'system')),
  related_entity_type text        not null,
  related_entity_id   uuid        not null,
  is_read             boolean     not null default false,
  read_at             timestamptz check (is_read = (read_at is not null)),
  action_url          text        not null,
  created_at          timestamptz not null default now(),
  unique (event_id, user_id)
);
create index notification_own on notification (user_id, created_at desc, id desc);
create index notification_unread on notification (user_id) where not is_read;

-- Not `scope_table`: what somebody is told is theirs alone, whatever their reach is. An
-- administrator sees every center, and still nobody else's notifications.
alter table notification enable row level security;
alter table notification force row level security;
create policy scope on notification using (
  (select scope_kind()) = 'system'
  or (select scope_kind()) in ('all', 'centers', 'own') and user_id = (select scope_user()));

-- A file that goes out with an e-mail; its bytes lie in the storage.
alter table message
  add column attachment_key  text,
  add column attachment_name text,
  add constraint message_attachment check (
    (attachment_key is null) = (attachment_name is null)
    and (attachment_key is null or channel = 'email'));
