-- From where somebody signed in, and with which program: the account's holder recognises a session
-- by them, and nobody else reads them.
alter table session
  add column address    text,
  add column user_agent text;
