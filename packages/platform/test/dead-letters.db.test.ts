import { randomUUID } from 'node:crypto'
import { AuditRecorded } from '@forecourt/contracts/audit'
import { VehicleRegistered } from '@forecourt/contracts/customer-vehicle-events'
import { recordOf } from '@forecourt/platform/cloud-event'
import { eventually } from '@forecourt/testing/eventually'
import { asha, kiran } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { wrench } from './bicycle/db.ts'
import { bicycles } from './bicycle/service.ts'

const GROUP = 'identity.rides.v1'
const LETTERS = '/admin/dead-letters/identity'

interface Letter {
  id: string
  eventId: string
  key: string
  reason: string
  error: string
  attempts: number
  redriveAt: string | null
  payload: Record<string, unknown> | null
}

let stack: Stack
beforeAll(async () => (stack = await openStack(bicycles)))
afterAll(() => stack?.close())

function vehicle(vehicleId: string, brand: string) {
  return {
    ...{ vehicleId, brand, customerId: vehicleId, serviceCenterIds: [], plate: 'MH12AB1234' },
    ...{ model: 'Model', yearOfPurchase: null, status: 'active' as const },
  }
}

/** Says that a vehicle of this brand was registered; the consumer lets it take a ride. */
function register(vehicleId: string, brand: string, version = 1): Promise<string> {
  return publish(stack, VehicleRegistered, vehicle(vehicleId, brand), { version })
}

async function rides(vehicleId: string): Promise<string[]> {
  const { rows } = await stack.admin.query<{ brand: string; sequence: number }>(
    'select brand, sequence from ride where bicycle = $1 order by seq',
    [vehicleId],
  )
  return rows.map(({ brand, sequence }) => `${brand} ${sequence}`)
}

/** The letters of a key, in the order in which they came. */
async function letters(key: string): Promise<Letter[]> {
  const { data } = await stack.call<Letter[]>(`GET ${LETTERS}`, {
    as: kiran,
    query: { 'filter[key]': key, sort: 'sequence', order: 'asc', limit: '100' },
  })
  return data
}

function buried(key: string, count: number): Promise<Letter[]> {
  return eventually(`${count} letters of ${key}`, async () => {
    const all = await letters(key)
    return all.length === count && all
  })
}

async function buryByHand(letter: Record<string, unknown>): Promise<string> {
  const row = {
    ...{ consumer: GROUP, event_id: randomUUID(), topic: VehicleRegistered.topic, key: 'k' },
    ...{ type: VehicleRegistered.type, headers: {}, value: null, reason: 'failed', error: '' },
    ...{ attempts: 5, redrive_at: null, ...letter },
  }
  const names = Object.keys(row)
  const { rows } = await stack.admin.query<{ id: string }>(
    `insert into dead_letter (${names.join(', ')})
     values (${names.map((_, at) => `$${at + 1}`).join(', ')}) returning id`,
    Object.values(row),
  )
  return rows[0]?.id ?? ''
}

/** A key with one event that failed, and `count` that wait behind it, as a consumer leaves them. */
async function park(brand: string, count: number): Promise<{ key: string; all: Letter[] }> {
  wrench.refused.add(brand)
  const key = randomUUID()
  for (let version = 1; version <= count + 1; version += 1) {
    const [id, createdAt] = [randomUUID(), new Date().toISOString()]
    const { topic, type } = VehicleRegistered
    const row = { seq: 0, id, topic, key, type, subject: key, version, headers: {}, createdAt }
    const data = JSON.stringify(vehicle(key, version === 1 ? brand : 'behind'))
    const { headers } = recordOf('customer-vehicle', { ...row, data })
    const end = version === 1 ? { attempts: 5 } : { reason: 'held', attempts: 0 }
    await buryByHand({ event_id: id, key, headers, value: Buffer.from(data), ...end })
  }
  return { key, all: await buried(key, count + 1) }
}

const redrive = (id: string | undefined) =>
  stack.call(`POST ${LETTERS}/${id}/redrive`, { as: kiran })
const discard = (id: string | undefined) =>
  stack.call(`POST ${LETTERS}/${id}/discard`, { as: kiran })

describe('a letter that is redriven', () => {
  test('has its effect once, and what waits behind it follows in order', async () => {
    const { key, all } = await park('mended', 3)
    const [first] = all
    wrench.refused.delete('mended')
    const answer = await redrive(first?.id)
    expect(answer.status).toBe(202)
    expect(answer.data).toEqual({ id: first?.id, first: first?.id, letters: 4 })
    await buried(key, 0)
    expect(await rides(key)).toEqual(['mended 1', 'behind 2', 'behind 3', 'behind 4'])
    for (const { eventId } of all.slice(1)) expect(wrench.runs.get(`ride:${eventId}`)).toBe(1)
  })

  test('begins with the head of its key, whichever letter was named', async () => {
    const { key, all } = await park('headless', 2)
    wrench.refused.delete('headless')
    const { data } = await redrive(all[2]?.id)
    expect(data).toEqual({ id: all[2]?.id, first: all[0]?.id, letters: 3 })
    await buried(key, 0)
    expect(await rides(key)).toEqual(['headless 1', 'behind 2', 'behind 3'])
  })

  test('returns with its attempts raised when it fails again, and its key waits on', async () => {
    const { key, all } = await park('stubborn', 1)
    await redrive(all[0]?.id)
    const [again, behind] = await eventually('a second failure', async () => {
      const now = await letters(key)
      return now[0]?.attempts === 10 && now
    })
    expect(again).toMatchObject({ id: all[0]?.id, reason: 'failed', redriveAt: null })
    expect(again?.error).toContain('No ride for stubborn.')
    expect(behind).toMatchObject({ reason: 'held', attempts: 0 })
    expect(await rides(key)).toEqual([])
  })

  test('stays where it failed when it waited before: a new one is parked in its place', async () => {
    const key = randomUUID()
    wrench.refused.add('front').add('middle')
    await register(key, 'front')
    await register(key, 'middle', 2)
    await register(key, 'back', 3)
    const all = await buried(key, 3)
    wrench.refused.delete('front')
    await redrive(all[0]?.id)
    const left = await eventually('a parked second', async () => {
      const now = await letters(key)
      return now[0]?.reason === 'failed' && now.length === 2 && now
    })
    expect(left.map(({ reason, attempts }) => `${reason} ${attempts}`)).toEqual([
      'failed 5',
      'held 0',
    ])
    expect(await rides(key)).toEqual(['front 1'])
  })

  test('has one effect, however many administrators redrive it at once over two processes', async () => {
    const { key, all } = await park('raced', 5)
    wrench.refused.delete('raced')
    const other = await stack.openAnother()
    const asked = await Promise.all(
      Array.from({ length: 12 }, (_, at) => redrive(all[at % all.length]?.id)),
    )
    // What was redriven and done before somebody asked for it is not there any more.
    const ends = new Set(asked.map(({ status }) => status))
    expect([ends.has(202), [...ends.difference(new Set([202, 404]))]]).toEqual([true, []])
    await buried(key, 0)
    await other.close()
    expect(await rides(key)).toEqual(['raced 1', ...[2, 3, 4, 5, 6].map((n) => `behind ${n}`)])
    expect(wrench.runs.get(`ride:${all[5]?.eventId}`)).toBe(1)
  })

  test('lets nothing overtake it that arrives while it is on its way', async () => {
    const { key, all } = await park('overtaken', 1)
    wrench.refused.delete('overtaken')
    let open: () => void = () => undefined
    wrench.gates.set('behind', new Promise((resolve) => (open = resolve)))
    await redrive(all[0]?.id)
    await eventually('a ride on its way', () => wrench.runs.get(`ride:${all[1]?.eventId}`))
    for (const version of [3, 4, 5]) await register(key, 'late', version)
    await eventually('late ones that wait', async () => (await letters(key)).length >= 4)
    open()
    wrench.gates.delete('behind')
    await buried(key, 0)
    expect(await rides(key)).toEqual(['overtaken 1', 'behind 2', 'late 3', 'late 4', 'late 5'])
  })

  test('goes to no consumer that does not exist', async () => {
    const id = await buryByHand({ consumer: 'identity.forgotten.v1' })
    const { status, body } = await redrive(id)
    expect([status, body.error?.reason]).toEqual([409, 'consumer_unknown'])
    expect((await discard(id)).status).toBe(200)
  })
})

test('a letter that waits behind nothing has its effect, though nobody asked for it', async () => {
  const { key, all } = await park('orphan', 2)
  await stack.admin.query('delete from dead_letter where id = $1', [all[0]?.id])
  await buried(key, 0)
  expect(await rides(key)).toEqual(['behind 2', 'behind 3'])
})

test('all letters of a consumer are redriven together, poison included', async () => {
  const parked = await Promise.all([park('shoal', 1), park('shoal', 0)])
  wrench.refused.delete('shoal')
  const poisoned = randomUUID()
  const { topic, type } = VehicleRegistered
  const headers = { ce_id: '', ce_type: type, ce_sequence: '1' }
  await stack.bus.send([{ topic, key: poisoned, headers, value: '{' }])
  const [before] = await buried(poisoned, 1)
  const body = { consumer: GROUP }
  const { status, data } = await stack.call(`POST ${LETTERS}/redrive`, { as: kiran, body })
  expect(status).toBe(202)
  expect(data['letters']).toBeGreaterThanOrEqual(3)
  for (const { key } of parked) await buried(key, 0)
  const again = await eventually('poison again', async () => {
    const [now] = await letters(poisoned)
    return now?.attempts === 2 && now
  })
  expect(again).toMatchObject({ id: before?.id, eventId: before?.eventId, reason: 'poison' })
})

describe('a letter that is discarded', () => {
  test('never has its effect, and what waits behind it goes on', async () => {
    const { key, all } = await park('given up', 2)
    const { status, data } = await discard(all[0]?.id)
    expect([status, data.id]).toEqual([200, all[0]?.id])
    await buried(key, 0)
    expect(await rides(key)).toEqual(['behind 2', 'behind 3'])
    wrench.refused.delete('given up')
    const id = all[0]?.eventId ?? ''
    await publish(stack, VehicleRegistered, vehicle(key, 'given up'), { id })
    await register(key, 'last', 4)
    await eventually('the last ride', async () => (await rides(key)).includes('last 4'))
    expect(await rides(key)).not.toContain('given up 1')
  })

  test('is gone for whoever comes second', async () => {
    const id = await buryByHand({ reason: 'poison' })
    const both = await Promise.all([discard(id), discard(id)])
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 404])
    expect((await stack.call(`GET ${LETTERS}/${id}`, { as: kiran })).status).toBe(404)
  })

  test('is refused while it is on its way', async () => {
    const soon = new Date(Date.now() + 60_000).toISOString()
    const id = await buryByHand({ redrive_at: soon })
    const { status, body } = await discard(id)
    expect([status, body.error?.reason]).toEqual([409, 'dead_letter_under_way'])
    await stack.admin.query('delete from dead_letter where id = $1', [id])
  })
})

test('a payload is shown without the person in it, and what is no object not at all', async () => {
  const value = JSON.stringify({
    ...{
      vehicleId: 'v7',
      plate: 'MH12AB1234',
      phone: '+919876543210',
      otp: '123456',
      brand: 'Tata',
    },
    ...{
      note: 'call 98765 43210 or a@b.in',
      owner: { fullName: 'Asha Patil' },
      list: [{ phone: 1 }],
    },
  })
  const id = await buryByHand({ reason: 'poison', value: Buffer.from(value) })
  const { data, text } = await stack.call<Letter>(`GET ${LETTERS}/${id}`, { as: kiran })
  expect(data.payload).toMatchObject({ vehicleId: 'v7', brand: 'Tata' })
  expect(text).not.toMatch(/MH12AB|98765|Patil|123456|a@b/)
  for (const raw of ['"+919876543210"', '["+919876543210"]', '{"phone":"+9198', '\0\u0001']) {
    const other = await buryByHand({ reason: 'poison', value: Buffer.from(raw) })
    const shown = await stack.call<Letter>(`GET ${LETTERS}/${other}`, { as: kiran })
    expect(shown.data).toMatchObject({ payload: null, payloadBytes: Buffer.byteLength(raw) })
    expect(shown.text).not.toContain('9198')
  }
  await stack.admin.query(`delete from dead_letter where reason = 'poison'`)
})

test('every deed is in the audit, and so is a refused one', async () => {
  const { all } = await park('audited', 0)
  const id = all[0]?.id
  await stack.call(`POST ${LETTERS}/${id}/discard`, { as: asha })
  await discard(id)
  const told = (outcome: string) =>
    stack.topics.next(
      AuditRecorded.identity.name,
      ({ data }) => data?.['entityId'] === id && data?.['outcome'] === outcome,
    )
  const action = 'POST /admin/dead-letters/:service/:id/discard'
  const [refused, done] = await Promise.all([told('refused'), told('done')])
  expect(refused.data).toMatchObject({ action, userId: asha.userId })
  expect(done.data).toMatchObject({ action, userId: kiran.userId, entity: 'dead_letter' })
  expect(done.data?.['before']).toMatchObject({ reason: 'failed', attempts: 5 })
})

test('a service answers for its own letters alone', async () => {
  const asked = await stack.call('GET /admin/dead-letters/reporting', { as: kiran })
  expect(asked.status).toBe(404)
})

describe('keys that stand still', () => {
  const listed = async (key: string) => {
    const { data } = await stack.call<Record<string, unknown>[]>(`GET ${LETTERS}/parked-keys`, {
      as: kiran,
      query: { 'filter[key]': key },
    })
    return data
  }

  test('at a consumer are listed with how many events wait', async () => {
    const { key, all } = await park('standing', 2)
    expect(await listed(key)).toMatchObject([
      {
        id: all[0]?.id,
        at: 'consumer',
        consumer: GROUP,
        topic: VehicleRegistered.topic,
        waiting: 2,
      },
    ])
  })

  test('on their way to the broker are listed, and leave when they are unparked', async () => {
    const key = randomUUID()
    const [first, second] = [randomUUID(), randomUUID()]
    for (const [version, id] of [first, second].entries()) {
      await stack.admin.query(
        `insert into outbox (id, topic, key, type, subject, version, data, parked_at, park_reason)
         values ($1, $2, $3, $4, $3, $5, '{}', $6, $7)`,
        [
          ...[id, 'forecourt.identity.service-center.v1', key],
          ...['forecourt.identity.service-center.opened.v1', version + 1],
          ...(version === 0 ? [new Date().toISOString(), 'too large'] : [null, null]),
        ],
      )
    }
    expect(await listed(key)).toMatchObject([
      { id: first, at: 'outbox', consumer: null, reason: 'too large', waiting: 1 },
    ])
    const path = `${LETTERS}/parked-keys/${first}/unpark` as const
    const both = await Promise.all([1, 2].map(() => stack.call(`POST ${path}`, { as: kiran })))
    expect(both.map(({ status }) => status)).toContain(200)
    const ids = () =>
      stack.topics.seen.filter((event) => event.key === key).map(({ headers }) => headers['ce_id'])
    await expect.poll(ids).toEqual([first, second])
    expect(await listed(key)).toEqual([])
    expect((await stack.call(`POST ${path}`, { as: kiran })).status).toBe(404)
  })
})
