-- A text is never edited: a new one takes its place, so that a message can always be told again
-- exactly as it was sent.
create table template (
  id                uuid        primary key,
  name              text        not null,
  event             text        not null,
  channel           text        not null check (channel in ('sms', 'whatsapp', 'email')),
  language          text        not null,
  category          text        not null
                    check (category in ('authentication', 'transactional', 'promotional')),
  subject           text        check ((channel = 'email') = (subject is not null)),
  body              text        not null,
  dlt_template_id   text        check (dlt_template_id is null or channel = 'sms'),
  whatsapp_category text        check ((channel = 'whatsapp') = (whatsapp_category is not null)),
  created_at        timestamptz not null default now(),
  retired_at        timestamptz
);
create unique index template_current on template (name, channel, language)
  where retired_at is null;
