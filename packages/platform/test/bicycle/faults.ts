import { CustomerRegistered } from '@forecourt/contracts/customer-vehicle-events'
import { ServiceCenterOpened } from '@forecourt/contracts/identity-events'
import type { Emit } from '@forecourt/platform/outbox'
import { sleep } from '@forecourt/platform/pause'
import { problem } from '@forecourt/platform/problem'
import { sql, type Kysely } from 'kysely'
import { z } from 'zod'
import { stateOf } from './bicycle.ts'
import { countRun, endpoint, type Tables } from './db.ts'

interface Falling {
  db: Kysely<Tables>
  emit: Emit
}

const Nothing = z.object({ done: z.boolean() })

/** A handler that asks the database for nothing. */
export const whoAmI = endpoint('GET /me', {
  about: 'Say who asks.',
  may: 'signed_in',
  returns: z.object({ userId: z.string().nullable() }),
  handle: async ({ me }) => ({ userId: me.userId }),
})

/** Acts for the caller over rows that it may not see. */
export const countBicycles = endpoint('GET /bicycle-count', {
  about: 'Count all bicycles.',
  may: 'signed_in',
  acts: 'system',
  returns: z.object({ count: z.number() }),
  async handle({ db }) {
    const counted = db.selectFrom('bicycle').select(sql<number>`count(*)`.as('count'))
    return counted.executeTakeFirstOrThrow()
  },
})

/** Writes in `before`, outside the transaction, and then fails on demand. */
export const ringBefore = endpoint('POST /rings', {
  about: 'Ring a bell before anything else.',
  may: 'signed_in',
  body: z.object({ subject: z.uuid(), fails: z.boolean().default(false) }),
  returns: Nothing,
  before: ring,
  async handle(_context, { body }) {
    if (body.fails) throw problem('already_exists')
    return { done: true }
  },
})

async function ring(
  { db }: { db: Kysely<Tables> },
  { body }: { body: { subject: string } },
): Promise<string> {
  await db.insertInto('ring').values({ subject: body.subject, process: null }).execute()
  return body.subject
}

export const showToken = endpoint('POST /tokens', {
  about: 'Hand out a token.',
  may: 'public',
  status: 200,
  answers: 'tokens',
  body: z.object({ password: z.string() }),
  returns: z.object({ accessToken: z.string() }),
  async handle() {
    return { accessToken: `token-${countRun('tokens')}` }
  },
})

/** Its answer opens a lock, under a name that nobody would take for a secret. */
export const cutKey = endpoint('POST /keys', {
  about: 'Cut a key.',
  may: 'public',
  acts: 'system',
  audits: 'deed',
  errors: 'list',
  body: z.object({
    notches: z.string('Notches are required').min(3, 'Too few').regex(/x/, 'No x'),
  }),
  returns: z.object({ lock: z.string() }),
  async handle(_context, { body: { notches } }) {
    if (notches === 'xxx') throw problem('already_exists')
    return { lock: notches }
  },
})

const Stumble = z.object({
  how: z.enum(['foreign', 'too_much', 'crash', 'outage', 'refuse', 'nothing', 'swap']),
  bell: z.string().default('bell'),
  count: z.number().default(1_000),
  ids: z.array(z.uuid()).default([]),
})

/** Whatever the test wants the road to meet. */
export const stumble = endpoint('POST /stumbles', {
  about: 'Stumble.',
  may: 'public',
  acts: 'system',
  body: Stumble,
  returns: Nothing,
  limits: (_who, { body: { bell, count } }) => [
    { key: `stumble:${bell}`, count, perS: 60 },
    { key: `stumble:all:${bell}`, count: count * 2, perS: 60 },
  ],
  async handle(context, { body }) {
    await fall(context, body)
    return { done: true }
  },
})

async function fall({ db, emit }: Falling, { how, ids }: z.infer<typeof Stumble>): Promise<void> {
  countRun(`stumble:${how}`)
  const state = stateOf({ id: '0192f000-0000-7000-8000-00000000b1c7', name: 'Hercules' })
  if (how === 'foreign') emit(CustomerRegistered, 1, { customerId: 'x' } as never)
  if (how === 'too_much') emit(ServiceCenterOpened, 1, { ...state, name: 'x'.repeat(70_000) })
  if (how === 'crash') throw new Error('The handler fell.')
  if (how === 'refuse') throw problem('already_exists')
  if (how === 'outage') await sql`select pg_terminate_backend(pg_backend_pid())`.execute(db)
  for (const id of how === 'swap' ? ids : []) {
    await db.updateTable('bicycle').set({ color: how }).where('id', '=', id).execute()
    await sleep(50)
  }
}

/** Holds its transaction open while it awaits something that is no query. */
export const linger = endpoint('POST /lingerings', {
  about: 'Wait inside the transaction.',
  may: 'public',
  body: z.object({ gate: z.string() }),
  returns: z.object({ backend: z.number() }),
  async handle({ db, wrench }, { body }) {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
    wrench.runs.set(body.gate, rows[0]?.pid ?? 0)
    await wrench.gates.get(body.gate)
    await sql`select 1`.execute(db)
    return { backend: rows[0]?.pid ?? 0 }
  },
})

export const weigh = endpoint.raw('POST /weighings', {
  about: 'Weigh a stream.',
  may: 'signed_in',
  returns: z.object({ bytes: z.number() }),
  async handle({ request, transact }) {
    let bytes = 0
    for await (const chunk of request.raw) bytes += (chunk as Buffer).length
    await sleep(20)
    return transact(async () => {
      countRun('weigh')
      return { bytes }
    })
  },
})
