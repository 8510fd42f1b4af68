-- Files of an account belong to it by its id: whoever the account is sees them, and a customer's
-- picture also whoever sees the customer.
drop policy scope on file;
select scope_table('file',
  of_centers => $$ uploaded_by = (select scope_user())
    or attached_to = (select scope_user())
    or service_center_id = any ((select scope_centers())::uuid[])
    or exists (select from vehicle where vehicle.id = file.attached_to)
    or exists (select from registration where registration.id = file.attached_to)
    or exists (select from customer where customer.account_id = file.attached_to) $$,
  of_own => $$ uploaded_by = (select scope_user())
    or attached_to = (select scope_user())
    or exists (select from visit where visit.id = file.visit_id)
    or purpose <> 'inspection'
       and exists (select from vehicle where vehicle.id = file.attached_to) $$,
  of_public => $$ id = (select scope_subject()) $$);
