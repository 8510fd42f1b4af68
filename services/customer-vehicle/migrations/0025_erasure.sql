-- What is still open between a customer and the dealer group, as the workshop and billing tell of
-- it: service requests, job cards, invoices. Nobody is erased while there is any.
create table open_matter (
  id                uuid    primary key,
  kind              text    not null,
  number            text,
  customer_id       uuid,
  service_center_id uuid    not null,
  is_open           boolean not null,
  version           integer not null
);
create index open_matter_customer on open_matter (customer_id) where is_open;
select scope_table('open_matter');

-- Who was erased: ids alone. The account's is kept until the customer's topic is given its
-- tombstone, and the version that the tombstone follows.
create table erasure (
  -- The customer's.
  id         uuid        primary key,
  account_id uuid,
  erased_by  uuid,
  erased_at  timestamptz not null default now(),
  version    integer     not null
);
select scope_table('erasure', of_centers => 'false');

select stay_erased('customer');
select stay_erased('vehicle');
