-- Replica of what administrators have decided; a setting that is not here has its default.
create table applied_setting (
  name    text    primary key,
  value   jsonb,
  version integer not null
);
