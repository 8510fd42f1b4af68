-- Reference ids to search in, by any part of them, beside the names.
alter table customer_name add column reference text not null default '';

create or replace function keep_customer_name() returns trigger language plpgsql as $$
begin
  insert into customer_name (customer_id, folded, reference)
    values (new.id, ' ' || lower(new.full_name), lower(coalesce(new.reference_id, '')))
    on conflict (customer_id) do update
      set folded = excluded.folded, reference = excluded.reference;
  return null;
end $$;
drop trigger keep_name on customer;
create trigger keep_name after insert or update of full_name, reference_id on customer
  for each row execute function keep_customer_name();

select set_config('scope.kind', 'all', true);
update customer_name set reference = lower(reference_id)
  from customer where customer.id = customer_id and reference_id is not null;

do $$
begin
  execute format(
    'create index customer_name_reference on customer_name using gin (reference %s.gin_trgm_ops)',
    (select extnamespace::regnamespace::text from pg_extension where extname = 'pg_trgm'));
end $$;
