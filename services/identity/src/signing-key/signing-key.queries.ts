import { createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto'
import { inTransaction, statements } from '@forecourt/platform/database'
import type { PersonalData } from '@forecourt/platform/personal'
import type { Boot } from '@forecourt/platform/service'
import { systemScope } from '@forecourt/platform/scope'
import { sql, type Kysely } from 'kysely'
import type { Tables } from '../db.ts'
import type { KeyPair, PublicJwk, SigningKeyRow, SigningKeys } from './signing-key.ts'

/** A rotation is seen by every process within this. */
const FRESH_MS = 60_000
/** How long after its last token's end a key is still shown, for clocks that differ. */
export const SKEW_S = 3_600
const MAKE_LOCK = 4_209

interface Store {
  pool: Boot<object>['pool']
  personal: PersonalData
  /** Life of an access token in seconds. */
  accessS: number
}

export function signingKeysOver({ pool, personal, accessS }: Store): SigningKeys {
  let known: { pair: Promise<KeyPair>; readAt: number } | undefined

  async function read(): Promise<KeyPair> {
    const row = await inTransaction<Tables, SigningKeyRow>(pool, systemScope(), (db) =>
      activeKey(db, personal),
    )
    const place = { table: 'signing_key', column: 'private_key', id: row.id }
    const privateKey = personal.open(row.privateKey, place)
    return { id: row.id, publicKey: row.publicKey, privateKey }
  }

  return {
    async active() {
      if (!known || performance.now() - known.readAt > FRESH_MS) {
        known = { pair: read(), readAt: performance.now() }
        // A failure is told to those who wait for it, and is not kept for others.
        known.pair.catch(() => (known = undefined))
      }
      return known.pair
    },
    renew: () => (known = undefined),
    async published() {
      await this.active()
      const rows = await statements<Tables>(pool, systemScope(), 'read only')
        .selectFrom('signingKey')
        .select(['id', 'publicKey'])
        .where((eb) =>
          eb.or([
            eb('status', '!=', 'retired'),
            sql<boolean>`retired_at > now() - make_interval(secs => ${accessS + SKEW_S}::int)`,
          ]),
        )
        .orderBy('createdAt')
        .execute()
      return rows.map(({ id, publicKey }) => jwkOf(id, publicKey))
    },
  }
}

/** The key that signs; made under a lock, so that two processes at their first start make one. */
async function activeKey(db: Kysely<Tables>, personal: PersonalData): Promise<SigningKeyRow> {
  const select = db.selectFrom('signingKey').selectAll().where('status', '=', 'active')
  const known = await select.executeTakeFirst()
  if (known) return known
  await lockKeys(db)
  return (await select.executeTakeFirst()) ?? insertKey(db, personal, 'active')
}

/** One at a time makes or turns keys, until the end of the transaction. */
export async function lockKeys(db: Kysely<Tables>): Promise<void> {
  await sql`select pg_advisory_xact_lock(${MAKE_LOCK})`.execute(db)
}

export async function insertKey(
  db: Kysely<Tables>,
  personal: PersonalData,
  status: 'active' | 'published',
): Promise<SigningKeyRow> {
  const id = randomUUID()
  const pair = generateKeyPairSync('ed25519')
  const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' })
  return db
    .insertInto('signingKey')
    .values({
      id,
      publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }),
      privateKey: personal.seal(pem, { table: 'signing_key', column: 'private_key', id }),
      status,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

function jwkOf(id: string, publicKey: string): PublicJwk {
  const { x = '' } = createPublicKey(publicKey).export({ format: 'jwk' })
  return { kid: id, kty: 'OKP', crv: 'Ed25519', x, alg: 'EdDSA', use: 'sig' }
}
