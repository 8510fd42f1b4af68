-- Anybody opens a garage by a form, so that a phone or a mark that was typed there gives no right
-- to whoever proves it later. Centers of before are known as garages with their next change.
alter table service_center add column is_garage boolean not null default false;

-- A customer who has just proved the phone at a center: garages serve them no longer, unless they
-- have worked for them or are at it. Answers the vehicles that garages lose thereby, to be told.
create function leave_garages(person uuid, proved_at uuid) returns setof vehicle language sql
  set scope.kind = 'system' set scope.centers = ''
as $$
  with garage as (
    select id from service_center as center
     where is_garage and id <> proved_at
       and not exists (
         select from visit where visit.customer_id = person and visit.service_center_id = center.id)
       and not exists (
         select from open_matter as matter
          where matter.customer_id = person and matter.service_center_id = center.id
            and matter.is_open)),
  unserved as (
    delete from customer_center
     where customer_id = person and service_center_id in (select id from garage)),
  unlinked as (
    delete from vehicle_center as link using vehicle
     where vehicle.id = link.vehicle_id and vehicle.customer_id = person
       and link.service_center_id in (select id from garage)
    returning link.vehicle_id)
  update vehicle set version = version + 1, updated_at = now()
   where id in (select vehicle_id from unlinked)
  returning *
$$;

-- As before, but a vehicle that one of our workshops has at its job stays whose it is until then.
create or replace function take_over_vehicle(mark text, prover uuid)
  returns table (vehicle_id uuid, former_photo uuid) language sql
  set scope.kind = 'system' set scope.centers = ''
as $$
  with held as (
    select id, photo_file_id from vehicle
     where plate_key = mark and customer_id <> prover
       and customer_id in (select id from customer where verified_at is null)
       and exists (select from customer where id = prover and verified_at is not null)
       and not exists (
         select from visit join service_center as center on center.id = visit.service_center_id
          where visit.vehicle_id = vehicle.id and not center.is_garage
            and visit.status not in ('delivered', 'cancelled'))
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
