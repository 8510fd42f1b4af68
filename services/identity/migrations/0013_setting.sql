-- What administrators have decided. A setting that nobody has decided has no row; one that was
-- given back to its default keeps its row, because its version goes on.
create table setting (
  id         uuid        primary key,
  name       text        not null unique,
  value      jsonb,
  version    integer     not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
select scope_table('setting', of_centers => 'true');
