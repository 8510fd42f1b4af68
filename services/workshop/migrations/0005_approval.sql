-- What the customer is asked to say yes or no to: exactly these lines at exactly these prices. A
-- newer question takes the place of an older one, whose link is dead from then on.
create table approval (
  id                uuid primary key,
  job_card_id       uuid        not null references job_card (id),
  customer_id       uuid        not null,
  service_center_id uuid        not null,
  -- Digest of the lines and prices as they were asked; an answer counts for nothing else.
  revision          text        not null,
  token_hash        text        not null unique,
  status            text        not null
    check (status in ('open', 'decided', 'superseded')),
  -- How the answer came: by the link, or through somebody of the center.
  channel           text        check (channel in ('link', 'staff')),
  decided_by        uuid,
  decided_at        timestamptz,
  expires_at        timestamptz not null,
  version           integer     not null default 1,
  created_at        timestamptz not null default now(),
  updated_at        timestamptz not null default now()
);
create unique index approval_open on approval (job_card_id) where status = 'open';
select scope_table('approval', of_own => 'customer_id = (select scope_user())');

create table additional_service (
  id                uuid primary key,
  job_card_id       uuid        not null references job_card (id),
  service_center_id uuid        not null,
  position          integer     not null,
  description       text        not null,
  cost_minor        bigint      not null check (cost_minor >= 0),
  sac_code          text,
  tax_rate_bp       integer     not null check (tax_rate_bp between 0 and 10000),
  decision          text        not null check (decision in ('pending', 'approved', 'rejected')),
  approved_by       uuid,
  decided_at        timestamptz
);
create index additional_service_card on additional_service (job_card_id, position);
select scope_table('additional_service', of_own =>
  'exists (select from job_card where job_card.id = job_card_id)');
