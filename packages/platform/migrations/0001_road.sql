-- What every service keeps beside its own tables. Runs once in each service's schema.

-- Events waiting for the broker's acknowledgement. A queue: rows leave when they were sent.
create table outbox (
  seq         bigint generated always as identity primary key,
  id          uuid        not null,
  topic       text        not null,
  key         text        not null,
  type        text        not null,
  subject     text        not null,
  version     integer     not null check (version > 0),
  data        text,
  headers     jsonb       not null default '{}',
  created_at  timestamptz not null default now(),
  parked_at   timestamptz,
  park_reason text,
  unique (topic, subject, version)
) with (
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_cost_delay = 0
);

-- What a consumer has done already; makes its effects exactly once.
create table inbox (
  consumer text        not null,
  event_id uuid        not null,
  done_at  timestamptz not null default now(),
  primary key (consumer, event_id)
);
create index inbox_done_at on inbox (done_at);

-- Events that a consumer could not take, and those held behind them for the sake of order.
create table dead_letter (
  id          bigint generated always as identity primary key,
  consumer    text        not null,
  event_id    text        not null,
  topic       text        not null,
  key         text        not null,
  type        text        not null,
  headers     jsonb       not null,
  value       bytea,
  reason      text        not null check (reason in ('poison', 'failed', 'held')),
  error       text        not null,
  attempts    integer     not null,
  died_at     timestamptz not null default now(),
  unique (consumer, event_id)
);
create index dead_letter_key on dead_letter (consumer, topic, key);

-- Waits with a deadline.
create table timer (
  kind    text        not null,
  subject uuid        not null,
  due_at  timestamptz not null,
  tries   integer     not null default 0,
  primary key (kind, subject)
);
create index timer_due_at on timer (due_at);

-- Answers to repeat when a client repeats its request.
create table idempotency (
  key        text        primary key,
  digest     text        not null,
  status     integer,
  answer     text,
  created_at timestamptz not null default now()
);
create index idempotency_created_at on idempotency (created_at);

-- Replicas of identity's facts that every request is judged by.
create table ended_session (
  session_id    uuid        primary key,
  tokens_before timestamptz not null,
  forget_at     timestamptz not null
);
create table role_permission (
  role        text    primary key,
  permissions text[]  not null,
  version     integer not null
);

create function token_is_dead(session uuid, issued_at timestamptz) returns boolean
  language sql stable
  return exists (
    select from ended_session where session_id = session and issued_at < tokens_before
  );

-- Scope: who asks decides which rows exist. A missing scope sees none.
create function scope_kind() returns text language sql stable
  return current_setting('scope.kind', true);
create function scope_centers() returns uuid[] language sql stable
  return nullif(current_setting('scope.centers', true), '')::uuid[];
create function scope_user() returns uuid language sql stable
  return nullif(current_setting('scope.user', true), '')::uuid;
create function scope_subject() returns uuid language sql stable
  return nullif(current_setting('scope.subject', true), '')::uuid;

-- Puts a table under the scope. `of_centers`, `of_own` and `of_public` say, as SQL over the row,
-- which rows a person of some centers, a customer and an anonymous person may see;
-- `public_may_insert` lets an anonymous person add rows.
create function scope_table(
  table_name regclass,
  of_centers text default 'service_center_id = any ((select scope_centers())::uuid[])',
  of_own text default 'false',
  of_public text default 'false',
  public_may_insert boolean default false
) returns void language plpgsql as $$
declare
  visible text := format(
    '(select scope_kind()) = ''all''
     or (select scope_kind()) = ''system'' and ((select scope_centers()) is null or (%1$s))
     or (select scope_kind()) = ''centers'' and (%1$s)
     or (select scope_kind()) = ''own'' and (%2$s)
     or (select scope_kind()) = ''public'' and (%3$s)', of_centers, of_own, of_public);
begin
  execute format('alter table %s enable row level security', table_name);
  execute format('alter table %s force row level security', table_name);
  execute format('create policy scope on %s using (%s)', table_name, visible);
  if public_may_insert then
    execute format(
      'create policy public_insert on %s for insert
         with check ((select scope_kind()) = ''public'')',
      table_name);
  end if;
end $$;
