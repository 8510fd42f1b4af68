import { caller } from '@forecourt/testing/caller'
import { type InvoiceAnswer, knowBilling } from '@forecourt/testing/billing'
import { priya } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { billing } from '../service.ts'

let stack: Stack
let customerId = ''
beforeAll(async () => {
  // What is made to fail here says so in the log.
  stack = await openStack(billing, { LOG_LEVEL: 'silent' })
  customerId = await knowBilling(stack)
})
afterAll(() => stack?.close())

const COUNT = 220
const MOST_ROUNDS = 40

async function drafts(count: number): Promise<string[]> {
  const items = [{ description: 'Wash', unitPrice: 100 }]
  const ids: string[] = []
  for (let round = 0; ids.length < count && round < MOST_ROUNDS; round += 1) {
    const made = await Promise.all(
      Array.from({ length: 20 }, () =>
        stack.call<InvoiceAnswer>('POST /invoices', { as: priya, body: { customerId, items } }),
      ),
    )
    ids.push(...made.flatMap(({ status, data }) => (status === 201 ? [data.id] : [])))
  }
  return ids
}

/** Three of ten transactions fail at their very end, when their number was drawn already. */
const ABORT_AT_RANDOM = `
  create function abort_at_random() returns trigger language plpgsql as $$ begin
    if random() < 0.3 then raise exception 'Aborted at random.'; end if;
    return null;
  end $$;
  create constraint trigger abort_at_random after update on invoice
    deferrable initially deferred for each row
    when (old.invoice_number is null and new.invoice_number is not null)
    execute function abort_at_random()`

/** Whoever holds a number at this moment loses the connection. */
const KILL_SOMEBODY = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and usename <> current_user
    and query ilike '%number_series%' limit 2`

test('numbers have no gap and no double, though issues fail, connections break and a process ends', async () => {
  const ids = await drafts(COUNT)
  expect(ids.length).toBeGreaterThanOrEqual(COUNT)
  await stack.admin.query(ABORT_AT_RANDOM)
  const other = await stack.openAnother()
  const doors = [stack.call, caller(other.url)]
  const failures = new Set<number>()
  let open = ids
  for (let round = 0; open.length > 0 && round < MOST_ROUNDS; round += 1) {
    const answers = Promise.all(
      open.map((id, place) => {
        const door = doors[place % doors.length] ?? stack.call
        return door(`PUT /invoices/${id}/finalize`, { as: priya })
      }),
    )
    if (round < 3) await stack.admin.query(KILL_SOMEBODY)
    for (const { status } of await answers) if (status !== 200) failures.add(status)
    if (round === 1) {
      doors.pop()
      await other.close()
    }
    const { rows } = await stack.admin.query<{ id: string }>(
      'select id from invoice where id = any($1) and invoice_number is null',
      [ids],
    )
    open = rows.map(({ id }) => id)
  }
  expect(failures.has(500)).toBe(true)
  const { rows } = await stack.admin.query<{ serial: number }>(
    'select serial from invoice where serial is not null order by serial',
  )
  expect(rows.map(({ serial }) => serial)).toEqual(ids.map((_, place) => place + 1))
}, 240_000)

test('of many clicks on finalize, one issues', async () => {
  const [id = ''] = await drafts(20)
  await stack.admin.query('drop trigger if exists abort_at_random on invoice')
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => stack.call(`PUT /invoices/${id}/finalize`, { as: priya })),
  )
  const issued = answers.filter(({ status }) => status === 200)
  expect(issued).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(7)
})
