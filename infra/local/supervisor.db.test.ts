import { randomUUID } from 'node:crypto'
import { AuditRecorded, type AuditLine } from '@forecourt/contracts/audit'
import { reporting } from '@forecourt/reporting/service'
import { eventually } from '@forecourt/testing/eventually'
import { publish } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { supervise, type Supervisor } from './supervisor.ts'

let stack: Stack
let supervisor: Supervisor
beforeAll(async () => {
  // The consumers run in the supervised process alone.
  stack = await openStack(reporting, { ROLE: 'api' })
  supervisor = supervise(false)
})
afterAll(async () => {
  await supervisor?.stop()
  await stack?.close()
})

function line(auditId: string): AuditLine {
  return {
    ...{ auditId, at: new Date().toISOString(), userId: null, role: null, address: null },
    ...{ requestId: 'stall', action: 'PUT /bicycles/:id', entity: 'bicycle', entityId: auditId },
    ...{ serviceCenterId: null, outcome: 'done', reason: null, before: null, after: null },
  }
}

async function isKept(auditId: string): Promise<boolean> {
  const { rowCount } = await stack.admin.query('select from audit_line where id = $1', [auditId])
  return rowCount === 1
}

/** The connections of this database that wait for somebody else's lock. */
async function waiters(): Promise<number[]> {
  const { rows } = await stack.admin.query<{ pid: number }>(
    `select pid from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return rows.map(({ pid }) => pid)
}

/** Holds what every handler needs, until the work is done. */
async function holding(work: () => Promise<void>): Promise<void> {
  const holder = await stack.admin.connect()
  try {
    await holder.query('begin')
    await holder.query('select from audit_chain for update')
    await work()
  } finally {
    await holder.query('rollback')
    holder.release()
  }
}

test('a service whose handler never returns ends, is started again, and does its work once', async () => {
  const [first, stuck] = [randomUUID(), randomUUID()]
  const env = { ...stack.env, ROLE: 'worker', PORT: '0', CONSUMER_STALL_MS: '12000' }
  supervisor.start([{ name: 'reporting', entry: 'services/reporting/src/main.ts', env }])
  const tell = (id: string) => publish(stack, AuditRecorded.identity, line(id))
  await tell(first)
  await eventually('a line', () => isKept(first), 60_000)
  await holding(async () => {
    await tell(stuck)
    const [one] = await eventually('a handler that waits', async () => {
      const pids = await waiters()
      return pids.length > 0 && pids
    })
    // A statement may wait for 20 s: within one process no other handler takes its turn before.
    const another = async () => (await waiters()).some((pid) => pid !== one)
    await eventually('the handler of another process', another, 60_000)
    expect(await isKept(stuck)).toBe(false)
  })
  await eventually('the line of what was stuck', () => isKept(stuck), 30_000)
}, 240_000)
