import { randomUUIDv7 } from 'node:crypto'
import { SettingChanged } from '@forecourt/contracts/identity-events'
import { isRoleOfStaff } from '@forecourt/contracts/roles'
import type { SettingName } from '@forecourt/contracts/settings'
import type { Context } from '@forecourt/platform/endpoint'
import { fieldProblem, problem } from '@forecourt/platform/problem'
import { json } from '@forecourt/platform/table'
import { sql, type Kysely } from 'kysely'
import type { Tables } from '../db.ts'
import {
  configOf,
  decisionsIn,
  type ChangeSettings,
  type Decisions,
  type SettingRow,
  type SystemConfig,
} from './setting.ts'

/** Serialises decisions; any number that none other uses. */
const SETTINGS_LOCK = 4_213

export async function readSettings(db: Kysely<Tables>): Promise<SystemConfig> {
  return configOf(await db.selectFrom('setting').selectAll().execute())
}

/** Decides what the body names; what stays as it was is told to nobody. */
export async function decide(
  context: Context<Tables>,
  body: ChangeSettings,
): Promise<SystemConfig> {
  const { db, expectedVersion, was } = context
  await sql`select pg_advisory_xact_lock(${SETTINGS_LOCK})`.execute(db)
  const rows = await db.selectFrom('setting').selectAll().execute()
  const before = configOf(rows)
  if (expectedVersion !== undefined && expectedVersion !== before.version) {
    throw problem('version_changed')
  }
  was({ version: before.version, values: before.values })
  const decisions = decisionsIn(body, before.values)
  await refuseUnknownRoles(db, decisions.mfaRequiredForRoles ?? [])
  for (const [name, value] of Object.entries(decisions)) {
    const known = rows.find((row) => row.name === name)
    if (value === undefined || json(known?.value ?? null) === json(value)) continue
    await write(context, known, name as SettingName, value)
  }
  return readSettings(db)
}

type Value = NonNullable<Decisions[SettingName]> | null

async function write(
  { db, emit }: Context<Tables>,
  known: SettingRow | undefined,
  name: SettingName,
  value: Value,
): Promise<void> {
  const decided = { value: json(value), updatedAt: sql<string>`now()` }
  const { version } = known
    ? await db
        .updateTable('setting')
        .set({ ...decided, version: known.version + 1 })
        .where('id', '=', known.id)
        .returning('version')
        .executeTakeFirstOrThrow()
    : await db
        .insertInto('setting')
        .values({ id: randomUUIDv7(), name, ...decided })
        .returning('version')
        .executeTakeFirstOrThrow()
  emit(SettingChanged, version, { setting: name, value })
}

/** A misspelt role would ask nobody for anything; only staff signs in by both factors. */
async function refuseUnknownRoles(db: Kysely<Tables>, named: string[]): Promise<void> {
  const known = await db.selectFrom('role').select('name').execute()
  const roles = new Set(known.map(({ name }) => name).filter(isRoleOfStaff))
  const unknown = named.filter((name) => !roles.has(name))
  if (unknown.length === 0) return
  throw fieldProblem('mfaRequiredForRoles', `There is no such role of staff: ${unknown.join(', ')}`)
}
