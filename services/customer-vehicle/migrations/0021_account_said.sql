-- A digest of what the account's holder was last heard to say: news of an account that say nothing
-- else raise no suggestion again, which staff may have turned down meanwhile.
alter table customer add column account_said text;
