-- How often the picture of a vehicle was changed, whichever component: so that of two people who
-- look at one picture the second is told. A picture that nobody has changed has version 1.
create table vehicle_picture (
  vehicle_id uuid    primary key references vehicle (id) on delete cascade,
  version    integer not null
);
select scope_table('vehicle_picture',
  of_centers => 'exists (select from vehicle where vehicle.id = vehicle_id)',
  of_own => 'exists (select from vehicle where vehicle.id = vehicle_id)');
