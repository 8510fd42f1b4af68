-- Which account a customer signs in with, so that customers get what they were told when they ask
-- for all that is kept of them. Customers are heard of once more from the beginning, by a consumer
-- of their own, so that the accounts that are there already become known.
alter table customer add column account_id uuid;
create index customer_account on customer (account_id) where account_id is not null;
select set_config('scope.kind', 'system', true);
update customer set version = 0;

drop policy scope on customer;
select scope_table('customer',
  of_centers => '(select scope_kind()) = ''system''
    or service_center_ids && (select scope_centers())::uuid[]',
  of_own => 'account_id = (select scope_user())');

create function own_customers() returns uuid[] language sql stable
  return array(select id from customer where account_id = (select scope_user()));

drop policy scope on message;
select scope_table('message', of_own => 'customer_id = any ((select own_customers())::uuid[])');
