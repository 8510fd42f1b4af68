import { topicName, topics, type TopicName, type TopicSpec } from '@forecourt/contracts/topic'
import { sql, type Kysely } from 'kysely'

/** Records of these are about one noun, under its key; a person's values lie in them, sealed. */
const reference = topicsOf('reference')
/** Records of these carry something sealed to one person, and name the person by id. */
const transport = topicsOf('transport')

function topicsOf(kind: TopicSpec['class']): string[] {
  return Object.entries<TopicSpec>(topics)
    .filter(([, spec]) => spec.class === kind)
    .map(([name]) => topicName(name as TopicName))
}

/**
 * Nouns are no more, and nothing that was said of them earlier brings them back: their ids are
 * marked, and what waits or is kept of them beside the service's own tables goes. Ledger records
 * stay, which hold ids alone and must have their effect.
 */
export async function forgetForGood(
  { db }: { db: unknown },
  ids: readonly string[],
): Promise<void> {
  const all = db as Kysely<object>
  const ofTheirs = (text: ReturnType<typeof sql>) => sql`
    (topic = any (${reference}) and key = any (${ids})
     or topic = any (${transport}) and exists (
       select from unnest(${ids}::text[]) as noun where strpos(${text}, noun) > 0))`
  await sql`insert into erased_noun (id) select unnest(${ids}::uuid[])
    on conflict do nothing`.execute(all)
  await sql`delete from outbox where ${ofTheirs(sql`data`)}`.execute(all)
  // Bytes that are no text are looked at as what they are.
  const bytes = sql`encode(coalesce(value, ''), 'escape')`
  await sql`delete from dead_letter where ${ofTheirs(bytes)}`.execute(all)
  await sql`delete from idempotency where mentions && ${ids}::uuid[]`.execute(all)
}

/** Whether one of these nouns was erased: news of it has no effect any more. */
export async function isErased({ db }: { db: unknown }, ids: readonly string[]): Promise<boolean> {
  const { rows } =
    await sql`select from erased_noun where id = any (${ids}::uuid[]) limit 1`.execute(
      db as Kysely<object>,
    )
  return rows.length > 0
}
