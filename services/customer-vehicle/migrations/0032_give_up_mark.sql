-- The vehicle of a mark that somebody has typed who has proved nothing, for `prover`, whose vehicle
-- is there already and gets the mark. What was typed stays to be seen; its key has a hyphen from
-- now on, which no mark has, so that nobody is blocked by it.
create function give_up_mark(mark text, prover uuid) returns setof vehicle language sql
  set scope.kind = 'system' set scope.centers = ''
as $$
  update vehicle
     set plate_key = plate_key || '-' || id, version = version + 1, updated_at = now()
   where plate_key = mark and customer_id <> prover
     and customer_id in (select id from customer where verified_at is null)
     and exists (select from customer where id = prover and verified_at is not null)
  returning *
$$;
