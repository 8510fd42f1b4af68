-- Gives up one file of a thing: a file that nothing holds is nobody's to see, so no person's scope
-- could write it. Answers whether it was held.
create function release_file(file_id uuid, thing uuid) returns boolean language sql
  set scope.kind = 'system' set scope.centers = ''
as $$
  with released as (
    update file set attached_to = null where id = file_id and attached_to = thing returning id)
  select exists (select from released)
$$;
