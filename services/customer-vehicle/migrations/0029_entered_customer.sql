-- Whoever staff had entered as an owner has a reference id like everybody else, by the first
-- vehicle or the first center; other services hear of it with the next change, or the next telling.
select set_config('scope.kind', 'all', true);
with entered as (
  select id, row_number() over (partition by prefix order by created_at, id) as place, prefix
    from (select customer.id, customer.created_at,
                 coalesce(
                   (select case when plate_kind = 'standard' then left(plate_key, 4) end
                      from vehicle where vehicle.customer_id = customer.id
                     order by vehicle.created_at, vehicle.id limit 1),
                   (select code from customer_center link
                      join service_center center on center.id = link.service_center_id
                     where link.customer_id = customer.id
                     order by linked_at, service_center_id limit 1),
                   'HO') as prefix
            from customer where reference_id is null) as unnumbered),
counted as (
  insert into reference_counter as counter (prefix, last)
    select prefix, count(*) from entered group by prefix
    on conflict (prefix) do update set last = counter.last + excluded.last
    returning prefix, last),
numbered as (
  select entered.id, prefix, (last - max(place) over (partition by prefix) + place)::text as number
    from entered join counted using (prefix))
update customer
   set reference_id = 'CUST-' || prefix || '-' || repeat('0', 6 - length(number)) || number
  from numbered where numbered.id = customer.id;
