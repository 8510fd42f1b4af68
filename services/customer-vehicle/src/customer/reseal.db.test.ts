import { KeyRing } from '@forecourt/platform/config'
import { personalData } from '@forecourt/platform/personal'
import { reseal } from '@forecourt/platform/reseal'
import { open, type Running } from '@forecourt/platform/run'
import { caller } from '@forecourt/testing/caller'
import { eventually } from '@forecourt/testing/eventually'
import { asha } from '@forecourt/testing/people'
import { knowCenters, newPhone, register, submit } from '@forecourt/testing/registering'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { customerVehicle } from '../service.ts'

const older = testSecrets.PERSONAL_KEYS
const newer = `2:${Buffer.alloc(32, 9).toString('base64')}`
const both = `${newer},${older}`

let stack: Stack
beforeAll(async () => {
  stack = await openStack(customerVehicle, {
    APP_DEBUG: 'true',
    PERSONAL_KEYS: `${older},${newer}`,
  })
  await knowCenters(stack)
})
afterAll(() => stack?.close())
beforeEach(() => stack.redis.flushdb())

interface Person {
  fullName: string
  phone: string
  email: string
  address: { street: string }
}

/** The command, as an operator runs it once every process has the new key. */
async function rotate(): Promise<string[]> {
  const [keys, index] = [both, testSecrets.BLIND_INDEX_KEY].map((ring) => KeyRing.parse(ring))
  const said: string[] = []
  await reseal({
    service: customerVehicle,
    pool: stack.pool,
    keys: keys ?? [],
    personal: personalData(keys ?? [], index ?? []),
    say: (line) => said.push(line),
  })
  return said
}

async function shown({ url }: Pick<Running, 'url'>, id: string): Promise<Person> {
  return (await caller(url)<Person>(`GET /customers/${id}`, { as: asha })).data
}

async function openWith(keys: string): Promise<Running> {
  return open(customerVehicle, { ...stack.env, PERSONAL_KEYS: keys, ROLE: 'api' })
}

/** Whatever looks sealed, in any table, by the version of its key. */
async function versions(): Promise<Record<string, number>> {
  const columns = `select table_name, column_name from information_schema.columns
    where table_schema = current_schema() and data_type = 'text'`
  const { rows } = await stack.admin.query<{ version: string; count: number }>(
    `select split_part(value, '.', 1) as version, count(*)::int from (
       select unnest(xpath('//value/text()', query_to_xml(format(
         'select %I as value from %I', column_name, table_name), true, false, '')))::text as value
         from (${columns}) as text_column) as found
      where value ~ '^[12][.][A-Za-z0-9_-]{38,}$' group by 1`,
  )
  return Object.fromEntries(rows.map(({ version, count }) => [version, count]))
}

test('a new key takes the place of an old one, in every table and in what topics keep', async () => {
  const { customer } = await register(stack, { customer: { mobileNumber: newPhone() } })
  await submit(stack, { customer: { mobileNumber: newPhone() } })
  const before = await shown(stack, customer.id)
  expect(Object.keys(await versions())).toEqual(['1'])

  const said = await rotate()
  expect(said).toContain('customer-vehicle: 1 rows of vehicle are told anew.')
  expect(Object.keys(await versions())).toEqual(['2'])
  expect((await rotate()).filter((line) => line.includes('sealed'))).toEqual([])

  const without = await openWith(newer)
  expect(await shown(without, customer.id)).toMatchObject({
    phone: before.phone,
    email: before.email,
    address: before.address,
  })
  await without.close()
  const personal = personalData(KeyRing.parse(newer), KeyRing.parse(newer))
  for (const [noun, column, id] of [
    ['customer', 'phone', customer.id],
    ['vehicle', 'plate', String((await stack.admin.query('select id from vehicle')).rows[0].id)],
  ] as const) {
    const told = await stack.topics.next(
      `customer-vehicle.${noun}.changed.v1`,
      ({ key, headers }) => key === id && headers['ce_sequence'] === '3',
    )
    expect(personal.open(String(told.data?.[column]), { table: noun, column, id })).not.toBe('')
  }
})

test('whoever writes meanwhile loses nothing', async () => {
  const people = await Promise.all(
    Array.from({ length: 4 }, () => register(stack, { customer: { mobileNumber: newPhone() } })),
  )
  const ids = people.map(({ customer }) => customer.id)
  const changes = ids.map((id, at) =>
    stack.call(`PUT /customers/${id}`, { as: asha, body: { address: `${at} New Street` } }),
  )
  const [answers] = await Promise.all([Promise.all(changes), rotate(), rotate()])
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  const after = await Promise.all(ids.map((id) => shown(stack, id)))
  expect(after.map(({ address }) => address.street)).toEqual(ids.map((_, at) => `${at} New Street`))
  await rotate()
  expect(Object.keys(await versions())).toEqual(['2'])
})

test('whoever was writing when it came is waited for', async () => {
  const { customer } = await register(stack, { customer: { mobileNumber: newPhone() } })
  const writer = await stack.admin.connect()
  await writer.query('begin')
  const place = { table: 'customer', column: 'email', id: customer.id }
  const index = KeyRing.parse(testSecrets.BLIND_INDEX_KEY)
  const moved = personalData(KeyRing.parse(older), index).seal('new@example.com', place)
  await writer.query('update customer set email = $1 where id = $2', [moved, customer.id])
  const rotating = rotate()
  await eventually('a command that waits', async () => {
    const { rowCount } = await stack.admin.query(
      `select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`,
    )
    return rowCount === 1
  })
  await writer.query('commit')
  writer.release()
  await rotating
  expect((await shown(stack, customer.id)).email).toBe('new@example.com')
})

test('a value that does not open stops the command, and is left as it is', async () => {
  const { customer } = await register(stack, { customer: { mobileNumber: newPhone() } })
  const moved = `1.${'A'.repeat(60)}`
  await stack.admin.query('update customer set street = $1 where id = $2', [moved, customer.id])
  await expect(rotate()).rejects.toThrow(`customer.street of ${customer.id} does not open.`)
  const { rows } = await stack.admin.query('select street from customer where id = $1', [
    customer.id,
  ])
  expect(rows[0].street).toBe(moved)
})
