import pg from 'pg'

const DATABASES = 16
const LEASES = 4_216
const WAIT_MS = 60_000

export interface RedisLease {
  /** The number of the Redis database. */
  database: number
  release(): Promise<void>
}

/**
 * One of the 16 databases of Redis, for one stack alone: another test that empties its own must not
 * empty this one. A lock in Postgres holds it, and ends with the process.
 */
export async function leaseRedis(adminUrl: string): Promise<RedisLease> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  for (const end = Date.now() + WAIT_MS; Date.now() < end;) {
    const { rows } = await client.query<{ database: number }>(
      `select database from generate_series(0, ${DATABASES - 1}) as database
        where pg_try_advisory_lock(${LEASES}, database) limit 1`,
    )
    const [row] = rows
    if (row) return { database: row.database, release: () => client.end() }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await client.end()
  throw new Error(`All ${DATABASES} databases of Redis are taken.`)
}
