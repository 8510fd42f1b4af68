-- A letter has an id for its address; `seq` keeps the order in which letters came.
alter table dead_letter rename column id to seq;
alter table dead_letter
  add column id uuid not null unique default gen_random_uuid(),
  -- When it is brought to its consumer again: asked for, or under way until then. Null rests.
  add column redrive_at timestamptz;

-- What stands first of its key decides over all behind it.
create index dead_letter_order on dead_letter (consumer, topic, key, seq) where reason <> 'poison';
drop index dead_letter_key;
create index dead_letter_redrive on dead_letter (redrive_at, seq) where redrive_at is not null;
create index dead_letter_held on dead_letter (seq) where reason = 'held';

-- Keys that stand still: behind an event that its consumer failed at, or that no broker took.
create view parked_key as
  select id, 'consumer' as at, consumer, topic, key, type, error as reason, died_at as parked_at,
         (select count(*) from dead_letter as held
           where held.consumer = letter.consumer and held.topic = letter.topic
             and held.key = letter.key and held.reason = 'held') as waiting
    from dead_letter as letter
   where reason = 'failed'
  union all
  select id, 'outbox', null, topic, key, type, park_reason, parked_at,
         (select count(*) from outbox as behind
           where behind.topic = parked.topic and behind.key = parked.key
             and behind.seq > parked.seq)
    from outbox as parked
   where parked_at is not null;
