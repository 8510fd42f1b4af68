import { readdir, readFile } from 'node:fs/promises'
import { schemaName } from '@forecourt/contracts/service-name'
import pg from 'pg'
import { sleep } from './pause.ts'

const PLATFORM = new URL('../migrations/', import.meta.url)
const MIGRATE_LOCK = 4_208
const ROLE_TRIES = 10

export interface Migrating {
  /** A connection that may create roles and schemas. */
  adminUrl: string
  service: string
  /** Folders of `NNNN_name.sql`, after the platform's. */
  folders: URL[]
  /** Password of the service's own role. */
  password: string
}

/**
 * Gives a service its role and schema and brings the schema up to date, forward only. The role
 * owns nothing: it may use the tables, never change them. Answers the files that were run.
 */
export async function migrate({ adminUrl, service, folders, password }: Migrating) {
  const schema = schemaName(service)
  const role = roleName(service)
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATE_LOCK])
    await untilAlone(() => createRole(client, role, password))
    await client.query(`create schema if not exists ${schema}`)
    await client.query(`set search_path to ${schema}`)
    await client.query(
      `create table if not exists migration
         (name text primary key, run_at timestamptz default now())`,
    )
    const run: string[] = []
    for (const folder of [PLATFORM, ...folders]) run.push(...(await runFolder(client, folder)))
    await untilAlone(() => grant(client, schema, role))
    return run
  } finally {
    await client.end()
  }
}

/** Roles belong to all databases of a server, the lock above to one: others may be at them too. */
async function untilAlone(work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      const isRace = /concurrently updated|pg_authid_rolname_index/.test((error as Error).message)
      if (!isRace || tries >= ROLE_TRIES) throw error
      await sleep(20 * tries)
    }
  }
}

/** The Postgres role of a service, `forecourt_customer_vehicle`. */
export function roleName(service: string): string {
  return `forecourt_${schemaName(service)}`
}

/** The connection of a service's own role to the database of `adminUrl`. */
export function serviceUrl(adminUrl: string, service: string, password: string): string {
  const url = new URL(adminUrl)
  url.username = roleName(service)
  url.password = password
  return url.toString()
}

/** Roles belong to all databases of a server, so a migration of another one may be here too. */
async function createRole(client: pg.Client, role: string, password: string): Promise<void> {
  const secret = client.escapeLiteral(password)
  for (let tries = 1; ; tries += 1) {
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role])
    const verb = rowCount ? 'alter' : 'create'
    try {
      await client.query(`${verb} role ${role} login nosuperuser nobypassrls password ${secret}`)
      return
    } catch (error) {
      if (!metAnother(error) || tries >= ROLE_TRIES) throw error
      await sleep(20 * tries)
    }
  }
}

/** Somebody else made or changed the role in the same moment. */
function metAnother(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === '42710' || code === '23505' || code === 'XX000'
}

async function runFolder(client: pg.Client, folder: URL): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted()
  const run: string[] = []
  for (const file of names) {
    const name = `${folder.pathname.split('/').slice(-4).join('/')}${file}`
    const { rowCount } = await client.query('select from migration where name = $1', [name])
    if (rowCount) continue
    await client.query('begin')
    try {
      await client.query(await readFile(new URL(file, folder), 'utf8'))
      await client.query('insert into migration (name) values ($1)', [name])
      await client.query('commit')
    } catch (error) {
      await client.query('rollback')
      throw new Error(`Migration ${name} failed.`, { cause: error })
    }
    run.push(name)
  }
  return run
}

async function grant(client: pg.Client, schema: string, role: string): Promise<void> {
  const { database } = client
  await client.query(`
    grant connect on database ${client.escapeIdentifier(database ?? '')} to ${role};
    grant usage on schema ${schema} to ${role};
    grant select, insert, update, delete on all tables in schema ${schema} to ${role};
    grant usage on all sequences in schema ${schema} to ${role};
    grant execute on all functions in schema ${schema} to ${role};
    revoke all on table migration from ${role};
    alter role ${role} set search_path to ${schema};
  `)
  const { rows } = await client.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname = $1 and obj_description(format('%I.%I', schemaname, tablename)::regclass)
            like 'append-only%'`,
    [schema],
  )
  for (const { name } of rows) await client.query(`revoke update, delete on ${name} from ${role}`)
}
