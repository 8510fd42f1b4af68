-- A component stands where the page that drew it says, in the page's own unit, and bears the id
-- that the page gave it.
alter table vehicle_component
  drop constraint vehicle_component_position_x_check,
  drop constraint vehicle_component_position_y_check,
  drop constraint vehicle_component_component_id_check,
  alter column position_x type double precision,
  alter column position_y type double precision,
  add constraint vehicle_component_component_id_check
    check (component_id ~ '^[A-Za-z][A-Za-z0-9_-]*$');
