import { randomUUID } from 'node:crypto'
import { startJob, type Job } from '@forecourt/platform/job'
import { openLog } from '@forecourt/platform/log'
import { sleep } from '@forecourt/platform/pause'
import { runDueTimers, type Timer } from '@forecourt/platform/timer'
import { eventually } from '@forecourt/testing/eventually'
import { asha } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { countRun, wrench, type Means, type Tables } from './bicycle/db.ts'
import { bicycles } from './bicycle/service.ts'

let stack: Stack
beforeAll(async () => (stack = await openStack(bicycles)))
afterAll(() => stack?.close())

/** Forty at once may be told to come back: whoever wants a bell asks until it is taken. */
async function chime(subject: string, inMs: number): Promise<void> {
  const dueAt = new Date(Date.now() + inMs).toISOString()
  await eventually('a chime that is taken', async () => {
    const { status } = await stack.call('POST /chimes', { as: asha, body: { subject, dueAt } })
    return status === 201
  })
}

async function rings(subject: string): Promise<number> {
  const { rowCount } = await stack.admin.query('select from ring where subject = $1', [subject])
  return rowCount ?? 0
}

async function timerOf(subject: string) {
  const { rows } = await stack.admin.query<{ tries: number; due: number }>(
    `select tries, extract(epoch from due_at)::float8 as due from timer where subject = $1`,
    [subject],
  )
  return rows[0]
}

test('a deadline is kept once, over two processes, and never early', async () => {
  const other = await stack.openAnother()
  onTestFinished(() => other.close())
  const subjects = Array.from({ length: 40 }, () => randomUUID())
  const later = randomUUID()
  await Promise.all([...subjects.map((subject) => chime(subject, 300)), chime(later, 3_600_000)])
  const counts = await eventually('all rings', async () => {
    const all = await Promise.all(subjects.map(rings))
    return all.every((count) => count > 0) && all
  })
  await sleep(700)
  expect(await Promise.all(subjects.map(rings))).toEqual(counts.map(() => 1))
  expect(await rings(later)).toBe(0)
  for (const subject of subjects) expect(await timerOf(subject)).toBeUndefined()
})

test('a deadline that fails leaves nothing, and is tried again later and later', async () => {
  const subject = randomUUID()
  wrench.failingTimers.add(subject)
  const begun = Date.now() / 1_000
  await chime(subject, 0)
  await expect.poll(() => wrench.runs.get(`chime:${subject}`)).toBe(1)
  await expect.poll(() => timerOf(subject)).toMatchObject({ tries: 1 })
  expect((await timerOf(subject))?.due).toBeGreaterThan(begun + 50)
  expect(await rings(subject)).toBe(0)

  await stack.admin.query('update timer set due_at = now() where subject = $1', [subject])
  await expect.poll(() => timerOf(subject)).toMatchObject({ tries: 2 })
  expect((await timerOf(subject))?.due).toBeGreaterThan(begun + 110)

  wrench.failingTimers.delete(subject)
  await stack.admin.query('update timer set due_at = now(), tries = 10000 where subject = $1', [
    subject,
  ])
  await expect.poll(() => rings(subject)).toBe(1)
})

test('a deadline may set itself anew', async () => {
  const subject = randomUUID()
  wrench.runs.set(`again:${subject}`, 1)
  await chime(subject, 0)
  await expect.poll(() => rings(subject)).toBe(2)
  expect(await timerOf(subject)).toBeUndefined()
})

test('a deadline that was moved while it was being kept waits for its new time', async () => {
  const subjects = [randomUUID(), randomUUID()]
  const begun: string[] = []
  let open: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (open = resolve))
  onTestFinished(open)
  // No process of the stack keeps this kind, so only the clock of this test claims it.
  const tolls: Timer<Tables, Means> = {
    kind: 'toll',
    async due(_, subject) {
      begun.push(subject)
      await gate
    },
  }
  await stack.admin.query(
    `insert into timer (kind, subject, due_at) select 'toll', unnest($1::uuid[]), now()`,
    [subjects],
  )
  const { pool, log, wakeRelay } = stack.house
  const means = { wrench, process: 0 }
  const service = 'identity' as const
  const clockwork = { service, pool, log, means, wakeRelay, timers: [tolls] }
  const running = runDueTimers(clockwork)
  // Both are claimed at once, in no certain order; while the one is kept the other is moved.
  const first = await eventually('a begun one', () => begun[0])
  const second = subjects.find((subject) => subject !== first) ?? ''
  expect(await timerOf(second)).toMatchObject({ tries: 1 })
  await stack.admin.query(
    `update timer set due_at = now() + interval '1 h', tries = 0 where subject = $1`,
    [second],
  )
  open()
  await running
  await runDueTimers(clockwork)
  expect(begun).toEqual([first])
  expect(await timerOf(second)).toMatchObject({ tries: 0 })
})

test('a job comes round again, also after it failed, and a stop ends its rest', async () => {
  wrench.runs.delete('brush')
  const running = startJob(brush, stack.pool, openLog('test', 'silent'), {})
  await expect.poll(() => wrench.runs.get('brush')).toBe(1)
  running.wake()
  await expect.poll(() => wrench.runs.get('brush')).toBe(2)
  running.wake()
  await expect.poll(() => wrench.runs.get('brush')).toBe(3)
  // Its rest is an hour.
  await running.stop()
  running.wake()
  await sleep(50)
  expect(wrench.runs.get('brush')).toBe(3)
})

/** Comes round once an hour; its second run fails. */
const brush: Job<Tables, object> = {
  name: 'brush',
  everyMs: 3_600_000,
  async run({ db }) {
    if (countRun('brush') === 2) throw new Error('The brush is gone.')
    await db.selectFrom('ring').selectAll().limit(1).execute()
    return false
  },
}

test('what nobody needs any more is dropped', async () => {
  await stack.admin.query(`
    insert into inbox values ('old', gen_random_uuid(), now() - interval '31 days'),
                             ('new', gen_random_uuid(), now() - interval '29 days');
    insert into idempotency (key, digest, created_at)
      values ('old', 'x', now() - interval '25 hours'), ('new', 'x', now() - interval '23 hours');
    insert into ended_session values (gen_random_uuid(), now(), now() - interval '1 s'),
                                     (gen_random_uuid(), now(), now() + interval '1 h')`)
  const other = await stack.openAnother()
  const left = async () => {
    const { rows } = await stack.admin.query<{ name: string }>(
      `select consumer as name from inbox where consumer in ('old', 'new')
       union all select key from idempotency where key in ('old', 'new')
       union all select 'session' from ended_session`,
    )
    return rows.map(({ name }) => name)
  }
  await expect.poll(left).toEqual(['new', 'new', 'session'])
  await other.close()
})
