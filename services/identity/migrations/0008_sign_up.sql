-- Whoever wants an account, until the code that went to the phone is proved. What the person typed
-- lies sealed in `form`, the password as its hash; one phone has one sign-up at a time.
create table sign_up (
  id           uuid        primary key,
  phone_index  text        not null unique,
  form         text        not null,
  code_sent_at timestamptz not null
);
create index sign_up_code_sent_at on sign_up (code_sent_at);

-- The house alone reads and writes sign-ups; no person's scope sees one.
select scope_table('sign_up', of_centers => 'false');
