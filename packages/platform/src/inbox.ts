import { CompiledQuery, type Kysely } from 'kysely'
import type { ReceivedRecord } from './bus.ts'
import type { EventHead } from './cloud-event.ts'

// As plain text, because it is built for every event.
const TAKE = `
  with own as (
    select (select seq from dead_letter where consumer = $1::text and event_id = $2) as letter
  ), found as (
    select
      exists (select from inbox where consumer = $1::text and event_id = $2::text::uuid) as done,
      exists (
        select from dead_letter
         where consumer = $1::text and topic = $3::text and key = $4::text and reason <> 'poison'
           and seq < coalesce(letter, 9223372036854775807)
      ) and not $5::boolean as held
    from own
  ), taken as (
    insert into inbox (consumer, event_id) select $1::text, $2::text::uuid from found
     where not done and not held on conflict do nothing returning event_id
  ), ended as (
    delete from dead_letter using own, taken where dead_letter.seq = own.letter
       or $5 and consumer = $1::text and topic = $3::text and key = $4::text
  )
  select done, held, exists (select from taken) as taken from found`

/**
 * Takes the event for this consumer, in one statement: `duplicate` when it was taken before, `held`
 * when an earlier event of its key waits in the dead letters. Its own letter ends with its effect.
 * With a tombstone all letters of its key end, and none holds it.
 */
export async function takeEvent<Tables>(
  db: Kysely<Tables>,
  group: string,
  { id }: EventHead,
  { topic, key, value }: ReceivedRecord,
): Promise<'done' | 'duplicate' | 'held'> {
  const query = CompiledQuery.raw(TAKE, [group, id, topic, key, value === null])
  const { rows } = await db.executeQuery<{ done: boolean; held: boolean; taken: boolean }>(query)
  const [found] = rows
  if (found?.taken) return 'done'
  return found?.held && !found.done ? 'held' : 'duplicate'
}
