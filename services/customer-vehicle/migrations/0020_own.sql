-- The customers who are the person that asks. Evaluated once in a statement, not for each row.
create function own_customers() returns uuid[] language sql stable
  return array(select id from customer where account_id = (select scope_user()));

drop policy scope on vehicle;
select scope_table('vehicle',
  of_centers => 'exists (select from vehicle_center link where link.vehicle_id = vehicle.id
    and link.service_center_id = any ((select scope_centers())::uuid[]))',
  of_own => 'customer_id = any ((select own_customers())::uuid[])');

-- A vehicle that was sold shows each owner the own visits alone.
drop policy scope on visit;
select scope_table('visit', of_own => 'customer_id = any ((select own_customers())::uuid[])');
create index visit_customer on visit (customer_id);

-- The visit that a photo was taken at. Its photos are seen by whose visit it was, and not by who
-- owns the vehicle afterwards; the vehicle's own photo goes with the vehicle.
alter table file add column visit_id uuid;
drop policy scope on file;
select scope_table('file',
  of_centers => $$ uploaded_by = (select scope_user())
    or service_center_id = any ((select scope_centers())::uuid[])
    or exists (select from vehicle where vehicle.id = file.attached_to)
    or exists (select from registration where registration.id = file.attached_to) $$,
  of_own => $$ uploaded_by = (select scope_user())
    or exists (select from visit where visit.id = file.visit_id)
    or purpose <> 'inspection'
       and exists (select from vehicle where vehicle.id = file.attached_to) $$,
  of_public => $$ id = (select scope_subject()) $$);
