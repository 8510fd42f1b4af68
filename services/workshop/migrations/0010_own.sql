-- Which account a customer signs in with. Its id need not be the customer's: whoever was registered
-- by the form first got an account later. Customers are heard of once more from the beginning, by
-- a consumer of its own, so that the accounts that are there already become known.
alter table customer add column account_id uuid;
create index customer_account on customer (account_id) where account_id is not null;
select set_config('scope.kind', 'system', true);
update customer set version = 0;

drop policy scope on customer;
select scope_table('customer',
  of_centers => 'service_center_ids && (select scope_centers())::uuid[]',
  of_own => 'account_id = (select scope_user())');

-- The customers who are the person that asks. Evaluated once in a statement, not for each row.
create function own_customers() returns uuid[] language sql stable
  return array(select id from customer where account_id = (select scope_user()));

drop policy scope on vehicle;
select scope_table('vehicle',
  of_centers => 'service_center_ids && (select scope_centers())::uuid[]',
  of_own => 'customer_id = any ((select own_customers())::uuid[])');
create index vehicle_customer on vehicle (customer_id);

-- Requests and cards stay with whom they were of, whoever owns the vehicle afterwards.
drop policy scope on service_request;
select scope_table('service_request',
  of_own => 'customer_id = any ((select own_customers())::uuid[])');
drop policy scope on job_card;
select scope_table('job_card', of_own => 'customer_id = any ((select own_customers())::uuid[])');
create index job_card_customer on job_card (customer_id, created_at);
drop policy scope on approval;
select scope_table('approval', of_own => 'customer_id = any ((select own_customers())::uuid[])');
create index approval_customer on approval (customer_id);
drop policy scope on link;
select scope_table('link', of_own => 'customer_id = any ((select own_customers())::uuid[])');
create index link_customer on link (customer_id);

-- What went into the vehicle. What is still awaited is the workshop's own business.
drop policy scope on parts_request_line;
select scope_table('parts_request_line', of_own =>
  'used_milli > 0 and exists (select from job_card where job_card.id = job_card_id)');
