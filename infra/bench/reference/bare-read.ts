import fastify from 'fastify'
import pg from 'pg'
import type { Statement } from '../recording.ts'

/**
 * The reference of a read: bare Fastify and the same pipelined statements over plain pg, prepared,
 * with as many connections as a service has. It checks no token and wraps nothing.
 */
const { DATABASE_URL, PORT } = process.env
const statements = JSON.parse(process.env['STATEMENTS'] ?? '') as Statement[]
const config: pg.PoolConfig & { pipeline: boolean } = {
  connectionString: DATABASE_URL ?? '',
  max: 10,
  pipeline: true,
}
const pool = new pg.Pool(config)
const queries = statements.map(({ text, values }, at) =>
  values.length > 0 ? { text, values, name: `s${at}` } : { text },
)

const app = fastify()
app.get('/livez', () => ({ status: 'ok' }))
app.get('/row', async () => {
  const client = await pool.connect()
  const [, , answer] = await Promise.all(queries.map((query) => client.query<object>(query)))
  client.release()
  return answer?.rows[0]
})
await app.listen({ host: '127.0.0.1', port: Number(PORT) })
process.once('SIGTERM', () => process.exit(0))
