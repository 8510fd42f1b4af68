-- What somebody holds who has proved nothing goes to whoever has, in whichever center it lies: the
-- rows are not those of the person who asks. Both answer nothing unless `prover` is proved.

-- The vehicle of a mark, freed of what the former holder said of it and of the centers that do not
-- serve the new one. Its photo is answered, because nothing claims it any more.
create function take_over_vehicle(mark text, prover uuid)
  returns table (vehicle_id uuid, former_photo uuid) language sql
  set scope.kind = 'system' set scope.centers = ''
as $$
  with held as (
    select id, photo_file_id from vehicle
     where plate_key = mark and customer_id <> prover
       and customer_id in (select id from customer where verified_at is null)
       and exists (select from customer where id = prover and verified_at is not null)
       for update),
  unlinked as (
    delete from vehicle_center link using held
     where link.vehicle_id = held.id
       and service_center_id not in
         (select service_center_id from customer_center where customer_id = prover)),
  released as (
    update file set attached_to = null from held where file.id = held.photo_file_id),
  taken as (
    update vehicle
       set customer_id = prover, photo_file_id = null, vin = null, color = null,
           engine_number = null, chassis_number = null, registration_date = null,
           year_of_purchase = null
      from held where vehicle.id = held.id)
  select id, photo_file_id from held
$$;

-- The vehicle that has a VIN, without it.
create function give_up_vin(number text, prover uuid) returns setof vehicle language sql
  set scope.kind = 'system' set scope.centers = ''
as $$
  update vehicle set vin = null, version = version + 1, updated_at = now()
   where vin = number and customer_id <> prover
     and customer_id in (select id from customer where verified_at is null)
     and exists (select from customer where id = prover and verified_at is not null)
  returning *
$$;
