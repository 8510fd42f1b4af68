import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { VehicleRegistered } from '@forecourt/contracts/customer-vehicle-events'
import type { Batch, Bus, ReceivedRecord } from '@forecourt/platform/bus'
import { recordOf } from '@forecourt/platform/cloud-event'
import { deliver } from '@forecourt/platform/delivery'
import { openLog } from '@forecourt/platform/log'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rides } from './bicycle/consumers.ts'
import { wrench } from './bicycle/db.ts'
import { bicycles } from './bicycle/service.ts'

// Batches by hand: what the broker does to a consumer in the midst of one cannot be timed
// otherwise.
let stack: Stack
beforeAll(async () => (stack = await openStack(bicycles)))
afterAll(() => stack?.close())

/** A consumer of its own group, and a way to hand it a batch. */
async function consuming(purpose: string): Promise<(batch: Batch) => Promise<void>> {
  let hand: (batch: Batch) => Promise<void> = () => Promise.reject(new Error('Not joined.'))
  const bus: Bus = {
    ...stack.bus,
    consume: async (_group, _topics, take) => {
      hand = take
      return async () => undefined
    },
  }
  await deliver({
    ...{ service: 'identity', pool: stack.pool, bus, log: openLog('test', 'silent') },
    ...{ means: { wrench, process: 0 }, wakeRelay: () => undefined, wakeJob: () => undefined },
    consumer: { ...rides, purpose },
  })
  return (batch) => hand(batch)
}

function batchOf(keys: string[], brand: string, changes: Partial<Batch> = {}): Batch {
  const records = keys.map((key, at): ReceivedRecord => {
    const data = {
      ...{ vehicleId: key, brand, customerId: key, serviceCenterIds: [], plate: 'x', model: 'x' },
      ...{ yearOfPurchase: null, status: 'active' },
    }
    const { topic, type } = VehicleRegistered
    const row = {
      ...{ seq: 0, id: randomUUIDv7(), topic, key, type, subject: key, version: at + 1 },
      ...{ data: JSON.stringify(data), headers: {}, createdAt: new Date().toISOString() },
    }
    const record = recordOf('customer-vehicle', row)
    return { ...record, value: Buffer.from(String(record.value)), partition: 0, offset: `${at}` }
  })
  const alive = { heartbeat: async () => undefined, isCurrent: () => true }
  const place = { topic: VehicleRegistered.topic, partition: 0, next: `${keys.length}` }
  return { ...place, records, commit: async () => undefined, ...alive, ...changes }
}

function gate(name: string): () => void {
  let open: () => void = () => undefined
  wrench.gates.set(name, new Promise((resolve) => (open = resolve)))
  return open
}

async function countRides(brand: string): Promise<number> {
  const { rowCount } = await stack.admin.query('select from ride where brand = $1', [brand])
  return rowCount ?? 0
}

function begunOf(batch: Batch) {
  return batch.records.filter(({ headers }) => wrench.runs.has(`ride:${headers['ce_id']}`))
}

test('a consumer lives on while a handler is slow', async () => {
  const hand = await consuming('slow')
  const open = gate('slow')
  let beats = 0
  const heartbeat = async () => void (beats += 1)
  const taking = hand(batchOf([randomUUID()], 'slow', { heartbeat }))
  await expect.poll(() => beats).toBeGreaterThanOrEqual(2)
  open()
  await taking
  const afterwards = beats
  await new Promise((resolve) => setTimeout(resolve, 2_500))
  expect(beats).toBe(afterwards)
})

test('a consumer that hears that its group moved on stops there, and does not commit', async () => {
  const hand = await consuming('moved')
  const open = gate('moved')
  const key = randomUUID()
  let isLost = false
  const heartbeat = () => {
    isLost = true
    return Promise.reject(new Error('The group is rebalancing.'))
  }
  const taking = hand(batchOf([key, key, key], 'moved', { heartbeat }))
  await expect.poll(() => isLost).toBe(true)
  open()
  await expect(taking).rejects.toThrow('The group is rebalancing.')
  expect(await countRides('moved')).toBe(1)
})

test('a consumer that is told to stop finishes what it has begun, and no more', async () => {
  const hand = await consuming('stop')
  const open = gate('stop')
  const key = randomUUID()
  let isCurrent = true
  const batch = batchOf([key, key, key], 'stop', { isCurrent: () => isCurrent })
  const taking = hand(batch)
  await expect.poll(() => begunOf(batch)).toHaveLength(1)
  isCurrent = false
  open()
  await taking
  expect(await countRides('stop')).toBe(1)
})

test('no more than eight keys are worked at side by side, and one key never twice', async () => {
  const hand = await consuming('lanes')
  const open = gate('lanes')
  const keys = Array.from({ length: 20 }, () => randomUUID())
  const batch = batchOf([...keys, ...keys], 'lanes')
  const taking = hand(batch)
  await expect.poll(() => begunOf(batch).length).toBeGreaterThanOrEqual(8)
  // Time in which a ninth could begin.
  await new Promise((resolve) => setTimeout(resolve, 300))
  const begun = begunOf(batch)
  expect(begun).toHaveLength(8)
  expect(new Set(begun.map(({ key }) => key)).size).toBe(8)
  open()
  await taking
  expect(await countRides('lanes')).toBe(40)
})

test('a batch that is brought again after a half has each effect once', async () => {
  const hand = await consuming('again')
  const batch = batchOf(
    Array.from({ length: 30 }, () => randomUUID()),
    'again',
  )
  const half = { ...batch, records: batch.records.slice(0, 15) }
  await Promise.all([hand(half), hand(batch)])
  await hand(batch)
  expect(await countRides('again')).toBe(30)
})

/** One batch of these, in this order, with offsets from `from` on. */
function joined(batches: Batch[], from: number, changes: Partial<Batch>): Batch {
  const records = batches
    .flatMap((batch) => batch.records)
    .map((record, at) => ({ ...record, offset: `${from + at}` }))
  return { ...batchOf([], ''), records, next: `${from + records.length}`, ...changes }
}

function arrive(customerId: string): Promise<unknown> {
  return stack.admin.query(`insert into rider (id, city, version) values ($1, 'Pune', 1)`, [
    customerId,
  ])
}

test('twenty keys that wait hold up no other, and are committed when they are done', async () => {
  const hand = await consuming('resting')
  const late = Array.from({ length: 20 }, () => randomUUID())
  const positions: string[] = []
  const commit = async (offset: string) => void positions.push(offset)
  const others = Array.from({ length: 20 }, () => randomUUID())
  const waiting = batchOf(late, 'waits')
  await hand(joined([waiting, batchOf(others, 'beside')], 100, { commit }))
  expect(await countRides('beside')).toBe(20)
  expect(positions).toEqual(['100'])

  const [first = '', ...rest] = late
  const later = joined([batchOf([first], 'behind'), batchOf(others, 'later')], 140, { commit })
  await hand(later)
  expect(await countRides('later')).toBe(20)
  expect(new Set(positions)).toEqual(new Set(['100']))

  await Promise.all(rest.map(arrive))
  await expect.poll(() => countRides('waits')).toBe(19)
  expect(await countRides('behind')).toBe(0)
  await arrive(first)
  await expect.poll(() => positions.at(-1)).toBe('161')
  const { rows } = await stack.admin.query(
    'select brand from ride where bicycle = $1 order by seq',
    [first],
  )
  expect(rows).toEqual([{ brand: 'waits' }, { brand: 'behind' }])
})

test('a position that the broker did not take is told again, though no batch comes', async () => {
  const hand = await consuming('told-again')
  const late = randomUUID()
  const positions: string[] = []
  const commit = async (offset: string) => {
    positions.push(offset)
    if (positions.length === 2) throw new Error('The coordinator is away.')
  }
  await hand(joined([batchOf([late], 'waits')], 7, { commit }))
  await arrive(late)
  await expect.poll(() => positions).toEqual(['7', '8', '8'])
})
