-- Codes, links and words about an account go to addresses that its customer may never have had, or
-- has no more: they are found by the account, shown to whoever asks for all that is kept of them,
-- and end with it.
alter table message add column account_id uuid;
create index message_account on message (account_id) where account_id is not null;

drop policy scope on message;
select scope_table('message', of_own =>
  'customer_id = any ((select own_customers())::uuid[]) or account_id = (select scope_user())');
