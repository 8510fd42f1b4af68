-- What staff see under "customers": those who are, and those whose registration awaits its code.
-- With the rights of whoever asks, so that the scope of both tables holds.
create view customer_entry with (security_invoker = true) as
  select id, account_id, reference_id, verified_at is not null as verified, verified_at,
         full_name, phone, phone_index, alternative_phone, email, street,
         city, taluka, district, state, pin_code, marketing_consent, suggestion,
         null::text as form, null::text[] as brands,
         null::timestamptz as code_expires_at, null::timestamptz as code_blocked_at,
         version, created_at, updated_at
    from customer
  union all
  select id, null, null, false, null,
         full_name, '', phone_index, null, null, null,
         city, taluka, district, state, pin_code, true, null,
         form, brands, code_expires_at, code_blocked_at,
         version, created_at, updated_at
    from registration
   where status = 'pending';

create index vehicle_brand_customer on vehicle (brand, customer_id);

-- Every center that serves a customer or a vehicle, whoever asks: an event about one must name them
-- all, although the person who caused it may see one only.
create function centers_of_customer(customer uuid) returns uuid[] language sql stable
  set scope.kind = 'system' set scope.centers = ''
  return array(select service_center_id from customer_center where customer_id = customer
                order by linked_at, service_center_id);
create function centers_of_vehicle(vehicle uuid) returns uuid[] language sql stable
  set scope.kind = 'system' set scope.centers = ''
  return array(select service_center_id from vehicle_center where vehicle_id = vehicle
                order by linked_at, service_center_id);
