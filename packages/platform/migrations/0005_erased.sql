-- Nouns that are no more, because a person was erased or their owner has deleted them. Ids alone:
-- they say nothing of anybody.
create table erased_noun (
  id        uuid        primary key,
  erased_at timestamptz not null default now()
);

create function leave_out_erased() returns trigger language plpgsql as $$
begin
  if exists (select from erased_noun where id = new.id) then return null; end if;
  return new;
end $$;

-- What was erased stays so, whatever comes of it later: a letter that is redriven, a group that
-- begins anew. A row under its id is left out, as if it had never been said.
create function stay_erased(table_name regclass) returns void language plpgsql as $$
begin
  execute format('create trigger stay_erased before insert on %s
    for each row execute function leave_out_erased()', table_name);
end $$;

-- The ids that a kept answer names: its text is sealed, and must go with the person it tells of.
alter table idempotency add column mentions uuid[] not null default '{}';
