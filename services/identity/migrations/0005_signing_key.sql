-- Keys of access tokens. The private key is ciphertext. A key is published before it signs, and
-- stays published after it was retired until the last token it signed has ended.
create table signing_key (
  id          uuid primary key,
  public_key  text        not null,
  private_key text        not null,
  status      text        not null check (status in ('published', 'active', 'retired')),
  retired_at  timestamptz,
  created_at  timestamptz not null default now(),
  check ((status = 'retired') = (retired_at is not null))
);
create unique index signing_key_active on signing_key (status) where status = 'active';
select scope_table('signing_key', of_centers => 'false');
