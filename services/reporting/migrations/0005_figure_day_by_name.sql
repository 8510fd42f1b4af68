-- A dashboard asks for the days of one figure: they lie side by side.
alter table figure_day
  drop constraint figure_day_pkey,
  add primary key (generation, service_center_id, subject_id, name, day, unit);
drop index figure_day_subject;
create index figure_day_subject on figure_day (generation, subject_id, name, day);
