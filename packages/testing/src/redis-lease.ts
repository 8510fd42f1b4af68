import pg from 'pg'
import { inject } from 'vitest'

const DATABASES = 16
const LEASES = 4_216
const WAIT_MS = 60_000

export interface RedisLease {
  url: string
  release(): Promise<void>
}

/**
 * One of the 16 databases of Redis, for one stack or house alone: another test that empties its own
 * must not empty this one. It may hold what others have left. A lock in Postgres holds it, and ends
 * with the process.
 */
export async function leaseRedis(): Promise<RedisLease> {
  const client = new pg.Client({ connectionString: inject('databaseUrl') })
  await client.connect()
  for (const end = Date.now() + WAIT_MS; Date.now() < end;) {
    const { rows } = await client.query<{ database: number }>(
      `select database from generate_series(0, ${DATABASES - 1}) as database
        where pg_try_advisory_lock(${LEASES}, database) limit 1`,
    )
    const [row] = rows
    if (row) return { url: `${inject('redisUrl')}/${row.database}`, release: () => client.end() }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await client.end()
  throw new Error(`All ${DATABASES} databases of Redis are taken.`)
}
