import { asha, gita, kiran, meera, mohan, mumbai, pune, ravi } from '@forecourt/testing/people'
import { knowCenters, newPhone, newPlate, register } from '@forecourt/testing/registering'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import { KeyRing } from '@forecourt/platform/config'
import { personalData } from '@forecourt/platform/personal'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { customerVehicle } from '../service.ts'

interface Found {
  id: string
  name: string
  vehicles: { vehicleNumber: string }[]
  token: string
  tokenExpiresAt: string
  [field: string]: unknown
}

const personal = personalData(KeyRing.parse(testSecrets.PERSONAL_KEYS), [])
let stack: Stack
let phone = ''
let plates: string[] = []
let id = ''
beforeAll(async () => {
  stack = await openStack(customerVehicle, { APP_DEBUG: 'true' })
  await knowCenters(stack)
})
afterAll(() => stack?.close())
beforeEach(async () => {
  await stack.redis.flushdb()
  phone = newPhone()
  plates = [newPlate(), newPlate()]
  id = (await register(stack, { customer: { mobileNumber: phone }, plates })).customer.id
})

function look(body: unknown, as = mohan) {
  return stack.call<Found>('POST /customers/lookup', { as, body })
}

function link(token: string, as = mohan, more: object = {}) {
  return stack.call(`POST /customers/${id}/link`, { as, body: { token, ...more } })
}

test('the whole phone finds name and vehicles of a customer of another center', async () => {
  const begun = Date.now()
  const { status, data, body } = await look({ phone: phone.replace('+91', '0') })
  expect(status).toBe(200)
  expect(data).toEqual({
    id,
    referenceId: expect.stringMatching(/^CUST-/),
    fullName: 'Rahul Deshpande',
    name: 'Rahul Deshpande',
    vehicles: plates.map((vehicleNumber) => ({
      ...{ vehicleNumber, brand: 'Toyota', make: 'Toyota', model: 'Innova Crysta' },
    })),
    vehicleCount: 2,
    token: expect.any(String),
    tokenExpiresAt: expect.any(String),
  })
  expect(Date.parse(data.tokenExpiresAt)).toBeGreaterThan(begun + 590_000)
  expect(Date.parse(data.tokenExpiresAt)).toBeLessThanOrEqual(Date.now() + 600_000)
  const line = await stack.topics.next(
    'customer-vehicle.audit.recorded.v1',
    ({ data: deed }) => deed?.['requestId'] === body.meta.requestId,
  )
  const read = { outcome: 'read', entity: 'customer', entityId: id, before: null, after: null }
  expect(line.data).toMatchObject({ userId: mohan.userId, ...read })
  expect(JSON.stringify(line.data)).not.toContain(data.token)
  expect(JSON.stringify(line.data)).not.toContain('Deshpande"')
})

test('a vehicle number finds that vehicle and its customer', async () => {
  const { data } = await look({ vehicleNumber: (plates[1] ?? '').toLowerCase() })
  expect(data.id).toBe(id)
  expect(data.vehicles.map(({ vehicleNumber }) => vehicleNumber)).toEqual([plates[1]])
  expect(data.vehicleCount).toBe(1)
})

test('a fleet is found by its first vehicles, and linked whole', async () => {
  await stack.admin.query(
    `insert into vehicle (id, customer_id, plate, plate_key, plate_kind, brand, model)
     select gen_random_uuid(), $1, mark, mark, 'special', 'Toyota', 'Innova Crysta'
       from (select 'FLEET' || place as mark from generate_series(1, 998) as place) as marks`,
    [id],
  )
  const { data: found } = await look({ phone })
  expect([found.vehicles.length, found.vehicleCount]).toEqual([50, 1_000])
  expect(found.vehicles.slice(0, 2)).toMatchObject(
    plates.map((vehicleNumber) => ({ vehicleNumber })),
  )
  const { status, data } = await link(found.token)
  expect([status, data['vehicleIds']]).toMatchObject([200, { length: 1_000 }])
  const { rows } = await stack.admin.query(
    `select count(*)::int as linked, min(version) as version from vehicle
      where customer_id = $1 and centers_of_vehicle(id) @> array[$2::uuid]`,
    [id, mumbai],
  )
  expect(rows).toEqual([{ linked: 1_000, version: 2 }])
})

test('a part finds nobody', async () => {
  expect((await look({ phone: phone.slice(0, -1) })).status).toBe(404)
  expect((await look({ vehicleNumber: 'MH12ZZ9999' })).status).toBe(404)
})

test('whoever looks people up in vain leaves a line, which tells nobody’s phone', async () => {
  const { body } = await look({ phone: newPhone() })
  const line = await stack.topics.next(
    'customer-vehicle.audit.recorded.v1',
    ({ data: deed }) => deed?.['requestId'] === body.meta.requestId,
  )
  expect(line.data).toMatchObject({
    reason: 'not_found',
    ...{ action: 'POST /customers/lookup', outcome: 'refused', userId: mohan.userId },
    ...{ entityId: null, before: null, after: null },
  })
})

test('a token is kept for no repetition: it would be dead by then', async () => {
  const headers = { 'idempotency-key': 'the-same-look-up-twice' }
  const ask = () =>
    stack.call<Found>('POST /customers/lookup', { as: mohan, body: { phone }, headers })
  const [first, again] = [await ask(), await ask()]
  expect([first.status, again.status]).toEqual([200, 200])
  expect(again.data.token).not.toBe(first.data.token)
})

test.each([{}, { phone: '+919000000001', vehicleNumber: 'MH12AB1234' }, { phone: 'x' }])(
  '%j is no question',
  async (body) => expect((await look(body)).status).toBe(422),
)

test('whoever may not look people up is refused', async () => {
  expect((await look({ phone }, ravi)).status).toBe(403)
  expect((await look({ phone }, gita)).status).toBe(403)
})

test('a person looks up 30 an hour, found or not, and another one more', async () => {
  const asked = Array.from({ length: 31 }, (_, at) => look({ phone: at % 2 ? phone : newPhone() }))
  const statuses = (await Promise.all(asked)).map(({ status }) => status)
  expect(statuses.filter((status) => status === 429)).toHaveLength(1)
  expect((await look({ phone }, meera)).status).toBe(200)
})

test('who is linked is there for the center from then on, and all are told', async () => {
  const hidden = await stack.call(`GET /customers/${id}`, { as: mohan })
  expect(hidden.status).toBe(404)
  const { data: found } = await look({ vehicleNumber: plates[0] })
  const { status, data } = await link(found.token)
  expect(status).toBe(200)
  expect(data).toMatchObject({ id, serviceCenterId: mumbai, version: 2 })
  const seen = await stack.call<{ vehicles: { vehicleNumber: string }[] }>(`GET /customers/${id}`, {
    as: mohan,
  })
  expect(seen.status).toBe(200)
  expect(seen.data.vehicles.map(({ vehicleNumber }) => vehicleNumber)).toEqual([plates[0]])
  const told = await stack.topics.next(
    'customer-vehicle.customer.changed.v1',
    ({ key }) => key === id,
  )
  expect(told.data).toMatchObject({ serviceCenterIds: [pune, mumbai] })
  const [vehicleId] = data['vehicleIds'] as string[]
  const vehicle = await stack.topics.next(
    'customer-vehicle.vehicle.changed.v1',
    ({ key }) => key === vehicleId,
  )
  expect(vehicle.data).toMatchObject({ customerId: id, serviceCenterIds: [pune, mumbai] })
  expect(vehicle.headers['ce_sequence']).toBe('2')
})

test('linking twice, or twice at once, changes nothing more', async () => {
  const { data: found } = await look({ phone })
  const both = await Promise.all([link(found.token), link(found.token)])
  expect(both.map(({ status }) => status)).toEqual([200, 200])
  const again = await link(found.token)
  expect(again.data.version).toBe(2)
  const { rows } = await stack.admin.query('select version from vehicle where customer_id = $1', [
    id,
  ])
  expect(rows.map(({ version }) => version as number)).toEqual([2, 2])
})

describe('a token links', () => {
  test('for whoever looked, and nobody else', async () => {
    const { data: found } = await look({ phone })
    expect((await link(found.token, meera)).status).toBe(404)
    expect((await link(`${found.token.slice(0, -4)}AAAA`)).status).toBe(404)
    expect((await link('1.anything')).status).toBe(404)
  })

  test('the customer that was found, and no other', async () => {
    const { data: found } = await look({ phone })
    const other = await register(stack, { customer: { mobileNumber: newPhone() } })
    id = other.customer.id
    expect((await link(found.token)).status).toBe(404)
  })

  test('under the id of the account too', async () => {
    const { data: found } = await look({ phone })
    await stack.admin.query('update customer set account_id = $1 where id = $2', [gita.userId, id])
    const body = { token: found.token }
    const linked = await stack.call(`POST /customers/${gita.userId}/link`, { as: mohan, body })
    expect([linked.status, linked.data]).toMatchObject([200, { id, serviceCenterId: mumbai }])
    await stack.admin.query('update customer set account_id = null where id = $1', [id])
  })

  test('for ten minutes', async () => {
    const { data: found } = await look({ phone })
    const place = { table: 'lookup', column: 'found', id: mohan.userId }
    const said = JSON.parse(personal.open(found.token, place)) as Record<string, unknown>
    const past = new Date(Date.now() - 1_000).toISOString()
    const old = personal.seal(JSON.stringify({ ...said, expiresAt: past }), place)
    const { status, body } = await link(old)
    expect([status, body.error?.reason]).toEqual([403, 'link_invalid'])
  })

  test('to a center of the own, or for an administrator to any that is named', async () => {
    const { data: found } = await look({ phone })
    expect((await link(found.token, mohan, { serviceCenterId: pune })).status).toBe(422)
    const { data: admins } = await look({ phone }, kiran)
    expect((await link(admins.token, kiran)).status).toBe(422)
    const named = await link(admins.token, kiran, { serviceCenterId: mumbai })
    expect(named.data).toMatchObject({ serviceCenterId: mumbai })
  })
})

test('Asha may link whom she sees already', async () => {
  const { data: found } = await look({ phone }, asha)
  expect((await link(found.token, asha)).data).toMatchObject({ version: 1 })
})
