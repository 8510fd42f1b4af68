-- A token of an ended session fails the statement that sets the scope, and with it everything that
-- was sent behind it: nobody has to remember to look.
create function refuse_ended_session(session uuid, issued_at timestamptz) returns void
  language plpgsql stable as $$
begin
  if exists (
    select from ended_session where session_id = session and issued_at < tokens_before
  ) then
    raise exception 'The session has ended.' using errcode = 'FC401';
  end if;
end $$;
drop function token_is_dead(uuid, timestamptz);

-- What was parked holds back whatever comes after it under its key.
create index outbox_parked on outbox (topic, key) where parked_at is not null;
