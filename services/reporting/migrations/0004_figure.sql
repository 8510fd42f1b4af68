-- Figures are counted from events. `generation` says which count a row belongs to: while figures
-- are counted anew, two stand side by side, and one is served.

-- How each noun stood when its last event was counted; the next one counts the difference.
create table invoice (
  generation        integer not null,
  id                uuid    not null,
  service_center_id uuid    not null,
  status            text    not null,
  currency          text    not null,
  total_minor       bigint  not null,
  invoice_date      date,
  version           integer not null,
  primary key (generation, id)
);
select scope_table('invoice');

create table service_request (
  generation        integer not null,
  id                uuid    not null,
  service_center_id uuid    not null,
  status            text    not null,
  version           integer not null,
  primary key (generation, id)
);
select scope_table('service_request');

create table job_card (
  generation        integer not null,
  id                uuid    not null,
  service_center_id uuid    not null,
  status            text    not null,
  assigned_engineer uuid,
  version           integer not null,
  primary key (generation, id)
);
create index job_card_open on job_card (generation, assigned_engineer)
  where status not in ('completed', 'delivered', 'cancelled');
select scope_table('job_card');

-- Two topics tell of one: what the workshop asked for, and what inventory makes of it.
create table parts_request (
  generation        integer not null,
  id                uuid    not null,
  service_center_id uuid    not null,
  job_card_id       uuid    not null,
  asked_lines       integer not null default 0,
  waiting_lines     integer,
  version           integer not null default 0,
  primary key (generation, id)
);
create index parts_request_card on parts_request (generation, job_card_id);
select scope_table('parts_request');

-- One that no center serves stands under the center whose id is all zeros.
create table vehicle (
  generation        integer not null,
  id                uuid    not null,
  service_center_id uuid    not null,
  status            text    not null,
  day               date    not null,
  version           integer not null,
  primary key (generation, id)
);
select scope_table('vehicle');

-- One of the central warehouse stands under the center whose id is all zeros.
create table stock_alert (
  generation        integer not null,
  id                uuid    not null,
  service_center_id uuid    not null,
  is_open           boolean not null,
  version           integer not null,
  primary key (generation, id)
);
select scope_table('stock_alert');

-- What stands now. The subject is the center itself, or one engineer of it.
create table figure (
  generation        integer not null,
  service_center_id uuid    not null,
  subject_id        uuid    not null,
  name              text    not null,
  unit              text    not null,
  value             bigint  not null,
  primary key (generation, service_center_id, subject_id, name, unit)
);
create index figure_subject on figure (generation, subject_id, name);
select scope_table('figure');

-- By how much it changed on each day of the center.
create table figure_day (
  generation        integer not null,
  service_center_id uuid    not null,
  subject_id        uuid    not null,
  day               date    not null,
  name              text    not null,
  unit              text    not null,
  value             bigint  not null,
  primary key (generation, service_center_id, subject_id, day, name, unit)
);
create index figure_day_subject on figure_day (generation, subject_id, day);
select scope_table('figure_day');
