import { caller } from '@forecourt/testing/caller'
import { type InvoiceAnswer, knowBilling } from '@forecourt/testing/billing'
import { priya } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { tokenOf } from '@forecourt/testing/tokens'
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

const COUNT = 500
const MOST_ROUNDS = 40

async function drafts(
  count: number,
  items: object[] = [{ description: 'Wash', unitPrice: 100 }],
): Promise<string[]> {
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

/** Of those who hold or await a number at this moment, some lose their connection or statement. */
const DISTURB = `
  select case when random() < 0.5 then pg_terminate_backend(pid) else pg_cancel_backend(pid) end
    from pg_stat_activity
   where datname = current_database() and usename <> current_user
     and query ilike '%number_series%' limit 4`

function issueFrom(door: typeof stack.call, id: string): Promise<number> {
  return door(`PUT /invoices/${id}/finalize`, { as: priya }).then(({ status }) => status)
}

/** A client that goes away before it has its answer, sooner or later. */
async function issueAndLeave(id: string, afterMs: number): Promise<number> {
  const leaving = AbortSignal.timeout(afterMs)
  const headers = { authorization: `Bearer ${tokenOf(priya)}` }
  const url = new URL(`/invoices/${id}/finalize`, stack.url)
  const answer = await fetch(url, { method: 'PUT', headers, signal: leaving }).catch((error) => {
    if (leaving.aborted) return undefined
    throw error
  })
  return answer?.status ?? 0
}

/** One in seven goes away; the others come through either process. */
function issue(id: string, place: number, doors: (typeof stack.call)[]): Promise<number> {
  if (place % 7 === 3) return issueAndLeave(id, place % 100)
  return issueFrom(doors[place % doors.length] ?? stack.call, id)
}

test('numbers have no gap and no double, though issues fail, clients leave, statements are cancelled, connections break and a process ends', async () => {
  const ids = await drafts(COUNT)
  expect(ids.length).toBeGreaterThanOrEqual(COUNT)
  const empty = await drafts(20, [])
  await stack.admin.query(ABORT_AT_RANDOM)
  const other = await stack.openAnother()
  const doors = [stack.call, caller(other.url)]
  const [failures, refusals] = [new Set<number>(), new Set<number>()]
  let open = ids
  for (let round = 0; open.length > 0 && round < MOST_ROUNDS; round += 1) {
    const refused = empty.map((id) => issueFrom(stack.call, id))
    const asked = open.map((id, place) => issue(id, place, doors))
    const disturbances = round < 3 ? 5 : 0
    for (let turn = 0; turn < disturbances; turn += 1) await stack.admin.query(DISTURB)
    for (const status of await Promise.all(asked)) if (status !== 200) failures.add(status)
    for (const status of await Promise.all(refused)) refusals.add(status)
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
  expect(failures).toContain(500)
  // An empty draft is refused, unless its connection broke first.
  expect(refusals).toContain(409)
  expect(refusals).not.toContain(200)
  const { rows } = await stack.admin.query<{ serial: number }>(
    'select serial from invoice where serial is not null order by serial',
  )
  expect(rows.map(({ serial }) => serial)).toEqual(ids.map((_, place) => place + 1))
  const series = await stack.admin.query('select last_number from number_series')
  expect(series.rows).toEqual([{ last_number: ids.length }])
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
