import { randomUUID, randomUUIDv7 } from 'node:crypto'
import {
  CustomerChanged,
  CustomerRegistered,
  VehicleRegistered,
} from '@forecourt/contracts/customer-vehicle-events'
import { recordOf } from '@forecourt/platform/cloud-event'
import { eventually } from '@forecourt/testing/eventually'
import { publish, publishTombstone } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { wrench } from './bicycle/db.ts'
import { bicycles } from './bicycle/service.ts'

const GROUP = 'identity.rides.v1'

let stack: Stack
beforeAll(async () => (stack = await openStack(bicycles)))
afterAll(() => stack?.close())

interface Riding {
  id?: string
  version?: number
  customerId?: string
}

/** Says that a vehicle of this brand was registered; the consumer lets it take a ride. */
function register(vehicleId: string, brand: string, { customerId, ...told }: Riding = {}) {
  const data = {
    ...{ vehicleId, brand, customerId: customerId ?? randomUUID(), serviceCenterIds: [] },
    ...{ plate: 'sealed', model: 'Model', yearOfPurchase: null, status: 'active' },
  }
  return publish(stack, VehicleRegistered, data, told)
}

async function rides(vehicleId: string): Promise<string[]> {
  const { rows } = await stack.admin.query<{ brand: string; sequence: number }>(
    'select brand, sequence from ride where bicycle = $1 order by seq',
    [vehicleId],
  )
  return rows.map(({ brand, sequence }) => `${brand} ${sequence}`)
}

function riding(vehicleId: string, count: number): Promise<string[]> {
  return eventually(`${count} rides of ${vehicleId}`, async () => {
    const all = await rides(vehicleId)
    return all.length >= count && all
  })
}

interface Letter {
  reason: string
  event_id: string
  attempts: number
  error: string
  value: Buffer | null
}

async function letters(key: string): Promise<Letter[]> {
  const { rows } = await stack.admin.query<Letter>(
    'select * from dead_letter where consumer = $1 and key = $2 order by seq',
    [GROUP, key],
  )
  return rows
}

function buried(key: string, count: number): Promise<Letter[]> {
  return eventually(`${count} dead letters of ${key}`, async () => {
    const all = await letters(key)
    return all.length >= count && all
  })
}

test('an event that comes three times has one effect', async () => {
  const [vehicle, id] = [randomUUID(), randomUUIDv7()]
  for (let times = 0; times < 3; times += 1) await register(vehicle, 'thrice', { id })
  await register(vehicle, 'after', { version: 2 })
  expect(await riding(vehicle, 2)).toEqual(['thrice 1', 'after 2'])
  expect(wrench.runs.get(`ride:${id}`)).toBe(1)
})

test('what a consumer emits leaves with its effect, and says what caused it', async () => {
  const vehicle = randomUUID()
  const id = await register(vehicle, 'echo')
  const told = await stack.topics.next(
    'identity.service-center.opened.v1',
    ({ key }) => key === vehicle,
  )
  expect(told.headers).toMatchObject({ ce_causationid: id, ce_correlationid: id })
})

describe('poison is set aside at once, and the partition goes on:', () => {
  const topic = 'forecourt.customer-vehicle.vehicle.v1'
  const headers = () => ({
    ...{ ce_id: randomUUIDv7(), ce_type: VehicleRegistered.type, ce_sequence: '1' },
    ce_time: new Date().toISOString(),
  })
  const bytes = Buffer.from([0, 159, 146, 150, 0, 255])

  test.each([
    ['bytes', { value: bytes }],
    ['half a JSON', { value: '{"vehicleId":' }],
    ['JSON that is no object', { value: 'null' }],
    ['data that breaks the contract', { value: '{"vehicleId":7}' }],
    ['no ce_id', { value: '{}', headers: { ...headers(), ce_id: '' } }],
    ['a ce_id that is no UUID', { value: '{}', headers: { ...headers(), ce_id: 'event-1' } }],
    ['no ce_type', { value: '{}', headers: { ...headers(), ce_type: '' } }],
    ['no ce_sequence', { value: '{}', headers: { ...headers(), ce_sequence: '' } }],
    ['NUL in a header', { value: '{', headers: { ...headers(), ce_subject: 'a\0b' } }],
  ])('%s', async (_, record) => {
    const key = randomUUID()
    await stack.bus.send([{ topic, key, headers: headers(), ...record }])
    await register(key, 'after poison', { version: 2 })
    expect(await riding(key, 1)).toEqual(['after poison 2'])
    const [letter] = await letters(key)
    expect(letter).toMatchObject({ reason: 'poison', attempts: 1 })
    expect(letter?.value?.equals(Buffer.from(record.value))).toBe(true)
  })

  test('NUL in the key', async () => {
    const key = `nul\0${randomUUID()}`
    await stack.bus.send([{ topic, key, headers: headers(), value: bytes }])
    expect(await buried(key.replace('\0', '\uFFFD'), 1)).toMatchObject([{ reason: 'poison' }])
  })

  test('two of the same false id are both kept', async () => {
    const key = randomUUID()
    const record = { topic, key, headers: { ...headers(), ce_id: 'same' } }
    await stack.bus.send([
      { ...record, value: 'one' },
      { ...record, value: 'two' },
    ])
    const both = await buried(key, 2)
    expect(both.map(({ value }) => value?.toString())).toEqual(['one', 'two'])
  })
})

test('an event without a time has its effect like any other', async () => {
  const [vehicle, id] = [randomUUID(), randomUUIDv7()]
  const { topic, type } = VehicleRegistered
  const data = {
    ...{ vehicleId: vehicle, brand: 'timeless', customerId: vehicle, serviceCenterIds: [] },
    ...{ plate: 'x', model: 'x', yearOfPurchase: null, status: 'active', field: 'unheard of' },
  }
  const headers = { ce_id: id, ce_type: type, ce_sequence: '1' }
  await stack.bus.send([{ topic, key: vehicle, headers, value: JSON.stringify(data) }])
  await register(vehicle, 'next', { version: 2 })
  expect(await riding(vehicle, 2)).toEqual(['timeless 1', 'next 2'])
  expect(wrench.runs.get(`ride:${id}`)).toBe(1)
})

test('a type that nobody subscribed to is passed over', async () => {
  const key = randomUUID()
  const row = {
    ...{ seq: 0, id: randomUUIDv7(), topic: VehicleRegistered.topic, key, subject: key },
    ...{ type: 'forecourt.customer-vehicle.vehicle.painted.v1', version: 1, headers: {} },
  }
  await stack.bus.send([recordOf('customer-vehicle', { ...row, data: '{', createdAt: '' })])
  await register(key, 'after unheard', { version: 2 })
  expect(await riding(key, 1)).toEqual(['after unheard 2'])
  expect(await letters(key)).toEqual([])
})

test('a key that fails five times is parked with its later events; other keys go on', async () => {
  wrench.refused.add('broken')
  const [bad, good] = [randomUUID(), randomUUID()]
  const failing = await register(bad, 'broken')
  const held = await register(bad, 'behind', { version: 2 })
  await register(good, 'beside')
  expect(await riding(good, 1)).toEqual(['beside 1'])
  const set = await buried(bad, 2)
  expect(set).toMatchObject([
    { event_id: failing, reason: 'failed', attempts: 5 },
    { event_id: held, reason: 'held', attempts: 0 },
  ])
  expect(set[0]?.error).toContain('No ride for broken.')
  expect(wrench.runs.get(`ride:${failing}`)).toBe(5)
  expect(await rides(bad)).toEqual([])

  const late = await register(bad, 'late', { version: 3 })
  expect((await buried(bad, 3))[2]).toMatchObject({ event_id: late, reason: 'held' })
  wrench.refused.delete('broken')
  await register(bad, 'broken', { id: failing })
  expect(await riding(bad, 3)).toEqual(['broken 1', 'behind 2', 'late 3'])
  expect(await letters(bad)).toEqual([])
})

test('a repetition of what was done long ago does not wait behind a parked key', async () => {
  wrench.refused.add('stuck')
  const key = randomUUID()
  const done = await register(key, 'done')
  const failed = await register(key, 'stuck', { version: 2 })
  await buried(key, 1)
  await register(key, 'done', { id: done })
  const last = await register(key, 'last', { version: 3 })
  expect((await buried(key, 2)).map(({ event_id }) => event_id)).toEqual([failed, last])
})

test('a handler whose fact has not arrived waits for it, and counts no try', async () => {
  const [vehicle, customerId] = [randomUUID(), randomUUID()]
  await register(vehicle, 'waits', { customerId })
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(await rides(vehicle)).toEqual([])
  await tell(CustomerRegistered, customerId, 'Pune', 1)
  expect(await riding(vehicle, 1)).toEqual(['waits 1'])
  expect(await letters(vehicle)).toEqual([])
})

function tell(
  contract: typeof CustomerRegistered,
  customerId: string,
  city: string,
  version: number,
) {
  const person = {
    ...{ customerId, referenceId: 'C1', serviceCenterIds: [], firstName: 'x', fullName: 'x' },
    ...{ phone: 'x', alternativePhone: null, email: null, city, taluka: 'x', district: 'x' },
    ...{ state: 'x', pinCode: 'x', marketingConsent: false },
  }
  return publish(stack, contract, person as never, { version })
}

async function cityOf(customerId: string): Promise<string | undefined> {
  const { rows } = await stack.admin.query('select city from rider where id = $1', [customerId])
  return rows[0]?.city
}

test('a replica keeps the newest version, and forgets what is no more', async () => {
  const rider = randomUUID()
  await tell(CustomerRegistered, rider, 'Pune', 1)
  await tell(CustomerChanged, rider, 'Goa', 3)
  await tell(CustomerChanged, rider, 'Nashik', 2)
  const marker = randomUUID()
  await tell(CustomerRegistered, marker, 'Marker', 1)
  await expect.poll(() => cityOf(rider)).toBe('Goa')
  await expect.poll(() => cityOf(marker)).toBe('Marker')
  await publishTombstone(stack, CustomerChanged, rider, 4)
  await expect.poll(() => cityOf(rider)).toBeUndefined()
})

test('while Postgres cuts every connection, consumers wait and nothing dies', async () => {
  const [bad, vehicles] = [await countLetters(), Array.from({ length: 30 }, () => randomUUID())]
  const sending = vehicles.map((vehicle) => register(vehicle, 'outage'))
  for (let cuts = 0; cuts < 10; cuts += 1) {
    await stack.admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and usename like 'forecourt_%'`,
    )
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await Promise.all(sending)
  for (const vehicle of vehicles) expect(await riding(vehicle, 1)).toEqual(['outage 1'])
  expect(await countLetters()).toBe(bad)
})

async function countLetters(): Promise<number> {
  const { rows } = await stack.admin.query<{ count: string }>('select count(*) from dead_letter')
  return Number(rows[0]?.count)
}

test('events of one key keep their order over two processes, 600 events and a rebalance', async () => {
  const keys = Array.from({ length: 12 }, () => randomUUID())
  const send = async (from: number, to: number) => {
    for (let version = from; version <= to; version += 1) {
      await Promise.all(keys.map((key) => register(key, 'order', { version })))
    }
  }
  await send(1, 10)
  const other = await stack.openAnother()
  await send(11, 35)
  await other.close()
  await send(36, 50)
  const expected = Array.from({ length: 50 }, (_, at) => `order ${at + 1}`)
  for (const key of keys) expect(await riding(key, 50)).toEqual(expected)
}, 60_000)
