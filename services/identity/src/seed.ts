import { Email } from '@forecourt/contracts/email'
import { roles, startingRoles } from '@forecourt/contracts/roles'
import { BaseConfig, ConfigFault, readConfig } from '@forecourt/platform/config'
import { inTransaction, openPool } from '@forecourt/platform/database'
import { Outbox, type Emit } from '@forecourt/platform/outbox'
import { personalData, type PersonalData } from '@forecourt/platform/personal'
import { systemScope } from '@forecourt/platform/scope'
import { sql, type Kysely } from 'kysely'
import { z } from 'zod'
import { IdentityConfig } from './config.ts'
import type { Tables } from './db.ts'
import { offerRole } from './role/role.queries.ts'
import { insertServiceCenter } from './service-center/service-center.queries.ts'
import {
  DEVELOPMENT_PASSWORD,
  developmentCenters,
  developmentPeople,
  headOffice,
  roleDescriptions,
} from './starting-data.ts'
import { passwordsOf } from './user/password.adapter.ts'
import { NewPassword, type Passwords } from './user/password.ts'
import { createUser, nameIndexOf, openedPerson } from './user/user.queries.ts'

const SEED_LOCK = 4_210

/** What the program is told by its environment; the names are those of the service. */
export const SeedConfig = BaseConfig.pick({
  NODE_ENV: true,
  DATABASE_URL: true,
  PERSONAL_KEYS: true,
  BLIND_INDEX_KEY: true,
}).extend({
  BCRYPT_ROUNDS: IdentityConfig.shape.BCRYPT_ROUNDS,
  FORECOURT_SEED: z.enum(['essential', 'development']).default('essential'),
  FORECOURT_ADMIN_EMAIL: Email.optional(),
  FORECOURT_ADMIN_PASSWORD: NewPassword.optional(),
})
export type SeedConfig = z.infer<typeof SeedConfig>

interface Sowing {
  db: Kysely<Tables>
  emit: Emit
  personal: PersonalData
  passwords: Passwords
}

/**
 * Gives an installation what it starts with, in one transaction; what is there already stays as it
 * is, and emits nothing. The events leave with the service's relay.
 */
export async function seed(config: SeedConfig): Promise<void> {
  refuseUnsafe(config)
  const pool = openPool({ url: config.DATABASE_URL, max: 2 })
  const personal = personalData(config.PERSONAL_KEYS, config.BLIND_INDEX_KEY)
  const passwords = passwordsOf(config.BCRYPT_ROUNDS)
  try {
    await inTransaction<Tables, void>(pool, systemScope(), async (db) => {
      await sql`select pg_advisory_xact_lock(${SEED_LOCK})`.execute(db)
      const outbox = new Outbox('identity', { correlationId: 'seed' })
      const sowing = { db, emit: outbox.emit, personal, passwords }
      await sowEssentials(sowing)
      if (config.FORECOURT_SEED === 'development') await sowDevelopment(sowing)
      await sowFirstAdministrator(sowing, config)
      await outbox.flush(db)
    })
  } finally {
    await pool.end()
  }
}

function refuseUnsafe(config: SeedConfig): void {
  if (config.NODE_ENV !== 'production') return
  if (config.FORECOURT_SEED === 'development') {
    throw new ConfigFault(['FORECOURT_SEED must not be development in production.'])
  }
  if (config.FORECOURT_ADMIN_PASSWORD === DEVELOPMENT_PASSWORD) {
    throw new ConfigFault(['FORECOURT_ADMIN_PASSWORD is known to everybody; choose another.'])
  }
}

async function sowEssentials(sowing: Sowing): Promise<void> {
  for (const name of roles) {
    const description = roleDescriptions[name]
    await offerRole(sowing, { name, description, permissions: startingRoles[name] })
  }
  const known = await sowing.db
    .selectFrom('serviceCenter')
    .select('id')
    .where('isHeadOffice', '=', true)
    .executeTakeFirst()
  if (!known) await insertServiceCenter(sowing, { ...headOffice, isHeadOffice: true })
  await indexNames(sowing)
}

/** Accounts that were opened before names could be searched for. */
async function indexNames({ db, personal }: Sowing): Promise<void> {
  const unindexed = await db
    .selectFrom('user')
    .selectAll()
    .where('nameIndex', '=', sql<string[]>`'{}'`)
    .execute()
  for (const user of unindexed) {
    const nameIndex = nameIndexOf(personal, openedPerson(personal, user).fullName)
    await db.updateTable('user').set({ nameIndex }).where('id', '=', user.id).execute()
  }
}

async function sowDevelopment(sowing: Sowing): Promise<void> {
  const { db, passwords } = sowing
  const centers = new Map<string, string>()
  for (const center of developmentCenters) {
    const known = await db
      .selectFrom('serviceCenter')
      .select('id')
      .where('code', '=', center.code)
      .executeTakeFirst()
    centers.set(center.code, (known ?? (await insertServiceCenter(sowing, center))).id)
  }
  const missing = await withoutAccount(sowing)
  if (missing.length === 0) return
  // One hash for all of them: their password is no secret, and a hash takes a quarter of a second.
  const passwordHash = await passwords.hash(DEVELOPMENT_PASSWORD)
  for (const { center, ...person } of missing) {
    const serviceCenterIds = [
      ...(center === undefined ? [] : [centers.get(center) ?? '']),
      [],
    ].flat()
    await createUser(sowing, { ...person, status: 'active', passwordHash, serviceCenterIds })
  }
}

async function withoutAccount({ db, personal }: Sowing) {
  const known = await db.selectFrom('user').select('emailIndex').execute()
  const indexes = new Set(known.map(({ emailIndex }) => emailIndex))
  return developmentPeople.filter(({ email }) => !indexes.has(personal.blindIndex('email', email)))
}

/** Only while there is no administrator: afterwards administrators make each other. */
async function sowFirstAdministrator(sowing: Sowing, config: SeedConfig): Promise<void> {
  const { FORECOURT_ADMIN_EMAIL: email, FORECOURT_ADMIN_PASSWORD: password } = config
  const known = await sowing.db
    .selectFrom('user')
    .select('id')
    .where('role', '=', 'admin')
    .executeTakeFirst()
  if (known) return
  if (email === undefined || password === undefined) {
    process.stderr.write(
      'There is no administrator yet: set FORECOURT_ADMIN_EMAIL and FORECOURT_ADMIN_PASSWORD.\n',
    )
    return
  }
  const made = await createUser(sowing, {
    email,
    phone: null,
    fullName: 'Administrator',
    role: 'admin',
    status: 'active',
    passwordHash: await sowing.passwords.hash(password),
    serviceCenterIds: [],
  })
  if (!made) throw new ConfigFault(['FORECOURT_ADMIN_EMAIL belongs to another account.'])
}

if (import.meta.main) {
  try {
    await seed(readConfig(SeedConfig, process.env).config)
  } catch (error) {
    const text = error instanceof ConfigFault ? error.message : String((error as Error).stack)
    process.stderr.write(`The seed of identity failed.\n${text}\n`)
    process.exitCode = 1
  }
}
