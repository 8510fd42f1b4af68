-- Whoever runs a center; an account that is erased or gone runs none.
alter table service_center
  add column manager_id uuid references "user" (id) on delete set null;
create index service_center_manager on service_center (manager_id) where manager_id is not null;
