create table message (
  id                uuid        primary key,
  event_id          uuid        not null,
  channel           text        not null check (channel in ('sms', 'whatsapp', 'email')),
  template_id       uuid        not null references template (id),
  template          text        not null,
  category          text        not null,
  priority          smallint    not null,
  customer_id       uuid,
  service_center_id uuid,
  recipient         text        not null,
  recipient_index   text        not null,
  variables         text,
  status            text        not null default 'queued' check (status in
                    ('queued', 'sending', 'sent', 'delivered', 'failed', 'unknown', 'expired')),
  reason            text,
  -- Counts the claims and fences them: an outcome counts only under the claim it belongs to.
  tries             integer     not null default 0,
  lease_until       timestamptz check ((status = 'sending') = (lease_until is not null)),
  due_at            timestamptz not null default now(),
  -- An earlier try may have reached the provider, so that it must be asked before the next one.
  is_doubtful       boolean     not null default false,
  provider_id       text        unique,
  scheduled_for     timestamptz,
  expires_at        timestamptz,
  sent_at           timestamptz,
  delivered_at      timestamptz,
  created_at        timestamptz not null default now(),
  unique (event_id, channel, recipient_index, template),
  constraint message_keeps_no_code check (
    category <> 'authentication' or status in ('queued', 'sending', 'unknown')
    or variables is null)
);
create index message_due on message (channel, priority, due_at)
  where status in ('queued', 'unknown');
create index message_leased on message (lease_until) where status = 'sending';
create index message_expiring on message (expires_at)
  where status in ('queued', 'unknown') and expires_at is not null;
create index message_created_at on message (created_at desc, id desc);
create index message_customer on message (customer_id, created_at desc)
  where customer_id is not null;
create index message_recipient on message (recipient_index);
select scope_table('message');
