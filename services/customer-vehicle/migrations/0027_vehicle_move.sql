-- Whose a vehicle was and whose it became, by whom and why. The audit tells these words by their
-- length alone; here they stay for as long as both persons do. Customers never see them.
create table vehicle_move (
  id                 uuid        primary key,
  vehicle_id         uuid        not null references vehicle (id) on delete cascade,
  -- Without a reference, whose check would wait for an erasure that waits for the vehicle.
  former_customer_id uuid        not null,
  next_customer_id   uuid        not null references customer (id) on delete cascade,
  moved_by           uuid,
  reason             text        not null,
  moved_at           timestamptz not null,
  check (former_customer_id <> next_customer_id)
);
create index vehicle_move_vehicle on vehicle_move (vehicle_id, moved_at);
create index vehicle_move_former on vehicle_move (former_customer_id);
create index vehicle_move_next on vehicle_move (next_customer_id);
select scope_table('vehicle_move',
  of_centers => 'exists (select from vehicle where vehicle.id = vehicle_id)');
