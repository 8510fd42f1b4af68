import { inTransaction } from '@forecourt/platform/database'
import type { PersonalData } from '@forecourt/platform/personal'
import { systemScope } from '@forecourt/platform/scope'
import type { Boot } from '@forecourt/platform/service'
import { sql, type Kysely } from 'kysely'
import type { Tables } from '../db.ts'
import { insertKey, lockKeys, SKEW_S } from './signing-key.queries.ts'

/** Whoever verifies reads the key set every ten minutes; before that a new key signs nothing. */
const LEAD_S = 900

/** The command by which an operator has tokens signed with another key. */
export async function rotateSigningKey({
  pool,
  personal,
}: {
  pool: Boot<object>['pool']
  personal: PersonalData
}): Promise<string> {
  const next = await inTransaction<Tables, Coming>(pool, systemScope(), (db) =>
    publishNextKey(db, personal),
  )
  return `Key ${next.id} is published, and signs from ${next.signsFrom}.`
}

interface Coming {
  id: string
  /** UTC, ISO 8601. */
  signsFrom: string
}

/** Publishes the key that signs next, if none is on its way. */
async function publishNextKey(db: Kysely<Tables>, personal: PersonalData): Promise<Coming> {
  await lockKeys(db)
  const coming = await db
    .selectFrom('signingKey')
    .selectAll()
    .where('status', '=', 'published')
    .executeTakeFirst()
  const { id, createdAt } = coming ?? (await insertKey(db, personal, 'published'))
  return { id, signsFrom: new Date(Date.parse(createdAt) + LEAD_S * 1_000).toISOString() }
}

/**
 * Lets a published key sign once everybody may know it, and forgets keys whose last token has
 * ended. Answers whether the key that signs has changed.
 */
export async function turnKeys(db: Kysely<Tables>, accessS: number): Promise<boolean> {
  await lockKeys(db)
  await db
    .deleteFrom('signingKey')
    .where('retiredAt', '<', sql<string>`now() - make_interval(secs => ${accessS + SKEW_S}::int)`)
    .execute()
  const ripe = await db
    .selectFrom('signingKey')
    .select('id')
    .where('status', '=', 'published')
    .where('createdAt', '<=', sql<string>`now() - make_interval(secs => ${LEAD_S}::int)`)
    .executeTakeFirst()
  if (!ripe) return false
  await db
    .updateTable('signingKey')
    .set({ status: 'retired', retiredAt: sql<string>`now()` })
    .where('status', '=', 'active')
    .execute()
  await db.updateTable('signingKey').set({ status: 'active' }).where('id', '=', ripe.id).execute()
  return true
}
