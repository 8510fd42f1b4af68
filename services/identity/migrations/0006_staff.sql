-- Where somebody works stands in the account itself, the main center first: whoever may see the
-- account sees its whole reach, also the centers that are not the own ones.
alter table "user"
  add column service_center_ids uuid[] not null default '{}',
  -- Keyed digests of how the words of the name begin, for search.
  add column name_index         text[] not null default '{}';
update "user" set service_center_ids = array(
  select service_center_id from user_center
   where user_id = "user".id order by is_main desc, service_center_id);

drop policy scope on "user";
select scope_table('"user"',
  of_centers => 'id = (select scope_user())
                 or service_center_ids && (select scope_centers())::uuid[]',
  of_own => 'id = (select scope_user())');
drop table user_center;
create index user_centers on "user" using gin (service_center_ids);
create index user_names on "user" using gin (name_index);

-- Whoever may suspend an account may end its sessions.
alter table session drop constraint session_ended_by_check;
alter table session add constraint session_ended_by_check
  check (ended_by in ('logout', 'reuse', 'suspension', 'password', 'revocation'));
drop policy scope on session;
select scope_table('session',
  of_centers => 'exists (select from "user" where "user".id = session.user_id)',
  of_own => 'user_id = (select scope_user())');
