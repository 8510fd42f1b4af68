-- Whoever opened an account by a phone alone is a customer who has told no address yet: its fields
-- are empty until a form tells them.
alter table customer drop constraint customer_pin_code_check;
alter table customer add constraint customer_pin_code_check
  check (pin_code ~ '^([1-9][0-9]{5})?$');
