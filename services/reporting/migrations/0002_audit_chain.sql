-- Every line holds the hash of the line before it and its own, so that nobody can change, remove
-- or add a line unseen. docs/audit-log.md says how a hash is made. Lines that are there already
-- are chained here, by the same rule.
alter table audit_chain
  drop constraint audit_chain_last_sequence_check,
  add check (last_sequence >= 0),
  add last_hash text;
alter table audit_line
  add previous_hash text,
  add hash text,
  no force row level security;

-- RFC 8785; the names of our fields are ASCII, whose order is the same in UTF-8 and in UTF-16.
create function pg_temp.canonical(value jsonb) returns text language plpgsql immutable as $$
begin
  return case jsonb_typeof(value)
    when 'object' then '{' || coalesce((
      select string_agg(to_json(key)::text || ':' || pg_temp.canonical(inner_value), ','
                        order by key collate "C")
        from jsonb_each(value) as member (key, inner_value)), '') || '}'
    when 'array' then '[' || coalesce((
      select string_agg(pg_temp.canonical(entry), ',' order by place)
        from jsonb_array_elements(value) with ordinality as list (entry, place)), '') || ']'
    when 'number' then case
      when value::numeric = 0 or abs(value::numeric) between 1e-6 and 1e21 - 1
      then trim_scale(value::numeric)::text
      else regexp_replace(value::numeric::float8::text, 'e([+-])0+', 'e\1') end
    else value::text
  end;
end $$;

create function pg_temp.instant(moment timestamptz) returns text language sql immutable
  return (to_json(moment at time zone 'UTC') #>> '{}') || 'Z';

do $$
declare
  line audit_line;
  chain text;
  previous text;
  fields jsonb;
begin
  for line in select * from audit_line order by service, sequence loop
    if chain is distinct from line.service then previous := repeat('0', 64); end if;
    chain := line.service;
    fields := jsonb_build_object(
      'id', line.id, 'service', line.service, 'sequence', line.sequence, 'userId', line.user_id,
      'role', line.role, 'action', line.action, 'endpoint', line.endpoint,
      'entityType', line.entity_type, 'entityId', line.entity_id,
      'serviceCenterId', line.service_center_id, 'outcome', line.outcome, 'reason', line.reason,
      'oldValues', line.old_values, 'newValues', line.new_values, 'ipAddress', line.ip_address,
      'userAgent', line.user_agent, 'requestId', line.request_id,
      'createdAt', pg_temp.instant(line.created_at),
      'recordedAt', pg_temp.instant(line.recorded_at), 'previousHash', previous);
    select jsonb_object_agg(key, value) into fields
      from jsonb_each(fields) where value <> 'null'::jsonb;
    update audit_line set previous_hash = previous,
      hash = encode(sha256(convert_to(pg_temp.canonical(fields), 'UTF8')), 'hex')
      where id = line.id returning hash into previous;
    update audit_chain set last_hash = previous where service = chain;
  end loop;
end $$;

alter table audit_chain alter last_hash set not null;
alter table audit_line
  alter previous_hash set not null,
  alter hash set not null,
  force row level security;
