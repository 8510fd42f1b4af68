import { inTransaction } from '@forecourt/platform/database'
import type { Scope } from '@forecourt/platform/scope'
import { asha, gita, isha, kiran, meera, mumbai, pune } from '@forecourt/testing/people'
import { knowCenters, newPhone, newPlate, register } from '@forecourt/testing/registering'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Tables } from '../db.ts'
import { customerVehicle } from '../service.ts'
import { quicklyFound } from './search.queries.ts'

const vin = 'MA1TA2WB5N2A12345'
let stack: Stack
let phone = ''
let plate = ''
let customer = ''
let id = ''
beforeAll(async () => {
  stack = await openStack(customerVehicle, { APP_DEBUG: 'true' })
  await knowCenters(stack)
  phone = newPhone()
  plate = newPlate()
  const rahul = { mobileNumber: phone, fullName: 'Rahul  Deshpande' }
  const registered = await register(stack, { customer: rahul, plates: [plate] })
  customer = registered.customer.id
  id = registered.vehicles[0]?.id ?? ''
  await stack.admin.query('update vehicle set vin = $1, year_of_purchase = 2021 where id = $2', [
    vin,
    id,
  ])
  await register(stack, { customer: { fullName: 'Sunita Kale' }, plates: ['MH14AB0001'] })
})
afterAll(() => stack?.close())
beforeEach(() => stack.redis.flushdb())

interface Found {
  id: string
  vehicleNumber: string
  ownerName: string | null
  [field: string]: unknown
}

function list(query: Record<string, string>, as = asha) {
  return stack.call<Found[]>('GET /vehicles', { as, query })
}

function quick(q: string, as = asha) {
  return stack.call<Found[]>('GET /vehicles/search/quick', { as, query: { q } })
}

const idsOf = ({ data }: { data: Found[] }) => data.map((vehicle) => vehicle.id)

test('a list shows each vehicle with its owner and its centers', async () => {
  const { data, body } = await list({ search: plate })
  expect(body.pagination?.total).toBe(1)
  expect(data[0]).toMatchObject({
    ...{ id, customerId: customer, vehicleNumber: plate, vin, brand: 'Toyota', make: 'Toyota' },
    ...{ model: 'Innova Crysta', year: 2021, yearOfPurchase: 2021, status: 'active', version: 1 },
    ...{ ownerName: 'Rahul Deshpande', ownerPhone: phone, ownerEmail: 'rahul@example.com' },
    ownerAddress: { street: '12, Law College Road', city: 'Pune', zipCode: '411004' },
    ...{ ownerVerified: true, serviceCenterId: pune, serviceCenterIds: [pune] },
    ...{ lastServiceDate: null, nextServiceDate: null, nextServiceDue: false },
  })
})

describe('a search finds a vehicle by', () => {
  test.each<[string, () => string]>([
    ['its whole mark', () => plate],
    ['its mark in other letters, with spaces', () => `${plate.slice(0, 4).toLowerCase()} za`],
    ['the beginning of its mark', () => plate.slice(0, 7)],
    ['its VIN', () => vin],
    ['the beginning of its VIN', () => vin.slice(0, 3).toLowerCase()],
    ["the owner's name", () => 'Rahul Deshpande'],
    ["a part of the owner's name, in any case", () => 'ESHPAN'],
    ['two letters with which a word of the name begins', () => 'de'],
    ["the owner's whole phone", () => phone],
    ["the owner's phone as it is dialled at home", () => phone.replace('+91', '0')],
  ])('%s', async (_what, text) => {
    expect(idsOf(await list({ search: text() }))).toEqual([id])
    expect(idsOf(await list({ search: text() }, kiran))).toEqual([id])
    expect(idsOf(await list({ search: text() }, meera))).toEqual([])
  })

  test.each<[string, () => string]>([
    ['the end of its mark', () => plate.slice(-4)],
    ["a part of the owner's phone", () => phone.slice(3, 9)],
    ["two letters in the middle of a word of the owner's name", () => 'hu'],
    ['a sign that searches elsewhere', () => 'Rahul%'],
  ])('but not by %s', async (_what, text) => {
    expect(idsOf(await list({ search: text() }))).toEqual([])
  })
})

test('a mark without its zeros is found by the form that people type, and by the full one', async () => {
  await register(stack, { customer: { fullName: 'Vijay Pawar' }, plates: ['MH1AB1'] })
  for (const typed of ['MH1A', 'MH01AB00', 'mh-1-ab-1']) {
    expect((await quick(typed)).data.map((one) => one.vehicleNumber)).toEqual(['MH1AB1'])
    expect((await list({ search: typed })).data).toHaveLength(1)
  }
})

test('a mark with its zeros is found by the form that people type', async () => {
  const { vehicles } = await register(stack, {
    customer: { fullName: 'Anil Mane' },
    plates: ['MH02AB0007'],
  })
  for (const typed of ['MH2AB7', 'mh 2 ab 7', 'MH02AB7']) {
    expect(idsOf(await list({ search: typed }))).toEqual([vehicles[0]?.id])
    expect((await quick(typed)).data.map((one) => one.id)).toEqual([vehicles[0]?.id])
  }
})

test('signs between letters are no mark, and find nothing', async () => {
  for (const typed of ['--', '..', '- .']) expect((await list({ search: typed })).data).toEqual([])
})

test('a name is found however its accents are typed', async () => {
  const zoe = { customer: { fullName: 'Zoë Almeida' }, plates: ['MH03ZA0001'] }
  const { vehicles } = await register(stack, zoe)
  const typed = 'Zoë'.normalize('NFD')
  expect(idsOf(await list({ search: typed }))).toEqual([vehicles[0]?.id])
  const { data } = await stack.call<object[]>('GET /customers', {
    as: asha,
    query: { search: typed },
  })
  expect(data).toMatchObject([{ fullName: 'Zoë Almeida' }])
})

test('a name that was changed is found under the new one', async () => {
  const name = { as: asha, body: { fullName: 'Rahul Deshmukh' } }
  expect((await stack.call(`PUT /customers/${customer}`, name)).status).toBe(200)
  expect(idsOf(await list({ search: 'deshmu' }))).toEqual([id])
  expect(idsOf(await list({ search: 'deshpa' }))).toEqual([])
  await stack.call(`PUT /customers/${customer}`, {
    as: asha,
    body: { fullName: 'Rahul Deshpande' },
  })
})

test('who serves the vehicle alone sees no owner, and finds it by none', async () => {
  await stack.admin.query(
    'insert into vehicle_center (vehicle_id, service_center_id) values ($1, $2)',
    [id, mumbai],
  )
  const [shown] = (await list({ search: plate }, meera)).data
  expect(shown).toMatchObject({ id, ownerName: null, ownerPhone: null, ownerAddress: null })
  expect(shown?.['serviceCenterIds']).toEqual([mumbai])
  expect((await quick(plate, meera)).data[0]?.ownerName).toBeNull()
  for (const search of ['Deshpande', 'de', phone]) {
    expect(idsOf(await list({ search }, meera))).toEqual([])
  }
  await stack.admin.query('delete from vehicle_center where service_center_id = $1', [mumbai])
})

describe('a filter', () => {
  test.each<[string, string]>([
    ['make', 'toyota'],
    ['brand', 'Toyota'],
    ['model', 'innova crysta'],
    ['year', '2021'],
    ['yearOfPurchase', '2021'],
    ['status', 'active'],
    ['serviceCenterId', pune],
    ['vin', vin.toLowerCase()],
  ])('by %s leaves what has it', async (filter, value) => {
    expect(idsOf(await list({ [`filter[${filter}]`]: value }))).toContain(id)
  })

  test.each<[string, string]>([
    ['make', 'Honda'],
    ['model', 'Innova'],
    ['year', '2020'],
    ['status', 'archived'],
    ['serviceCenterId', mumbai],
    ['vehicleNumber', 'MH12ZZ9999'],
  ])('by another %s leaves nothing', async (filter, value) => {
    expect(idsOf(await list({ [`filter[${filter}]`]: value }))).toEqual([])
  })

  test('by customer or mark leaves the one', async () => {
    expect(idsOf(await list({ 'filter[customerId]': customer }))).toEqual([id])
    expect(idsOf(await list({ 'filter[vehicleNumber]': plate.toLowerCase() }))).toEqual([id])
  })

  test('by the account of a customer leaves what is theirs', async () => {
    const own = 'update customer set account_id = $1 where id = $2'
    await stack.admin.query(own, [gita.userId, customer])
    for (const as of [asha, gita]) {
      const { data } = await list({ 'filter[customerId]': gita.userId }, as)
      expect(data.map((one) => one.id)).toEqual([id])
    }
    await stack.admin.query(own, [null, customer])
  })
})

test('components come along when they are asked for, as the vehicle itself shows them', async () => {
  const issue = { as: asha, body: { description: 'Squeals' } }
  const path = `/vehicles/${id}/graphical` as const
  await stack.call(`POST ${path}/components/brakes/issues`, issue)
  const body = { lastServiceDate: '2025-06-01', serviceInterval: 30 }
  await stack.call(`PUT ${path}/components/brakes`, { as: asha, body })
  const { data: alone } = await stack.call(`GET ${path}`, { as: asha })
  const [listed] = (await list({ search: plate, include: 'graphical' })).data
  expect(listed?.['graphicalData']).toEqual(alone)
  expect(listed).toMatchObject({ nextServiceDate: '2025-07-01', nextServiceDue: true })
  const due = (test: string) => list({ [`filter[nextServiceDate][${test}]`]: '2025-07-01' })
  expect([idsOf(await due('lte')), idsOf(await due('lt'))]).toEqual([[id], []])
})

describe('a quick search', () => {
  test('finds by the beginning of the mark or the VIN, and shows no more than is needed', async () => {
    for (const q of [plate.slice(0, 6), vin.slice(0, 5)]) {
      const { status, data } = await quick(q)
      expect([status, data]).toMatchObject([200, [{ id, ownerName: 'Rahul Deshpande', vin }]])
      expect(Object.keys(data[0] ?? {})).not.toContain('ownerPhone')
    }
  })

  test('shows the first in the order of marks, and no more than were asked for', async () => {
    const query = { q: 'MH1', limit: '1' }
    const { data } = await stack.call<Found[]>('GET /vehicles/search/quick', { as: asha, query })
    expect(data.map((one) => one.vehicleNumber)).toEqual([plate])
  })

  test('finds nothing of another center, and nothing for those who see no customers', async () => {
    expect((await quick(plate, meera)).data).toEqual([])
    expect((await quick(plate, isha)).status).toBe(403)
  })

  test.each(['', 'M', ' M ', '--', '. .', 'M-'])('%j is too short', async (q) => {
    expect((await quick(q)).status).toBe(422)
  })
})

describe('under the scope an index answers', () => {
  const nobody = { userId: asha.userId, subject: null, token: null }
  const scopes: [string, Scope][] = [
    ['of one center', { ...nobody, kind: 'centers', centers: [pune] }],
    ['of all', { ...nobody, kind: 'all', centers: null }],
  ]

  test.each(scopes)('a search %s by the beginning of a mark or VIN', async (_of, scope) => {
    const plan = await inTransaction<Tables, string>(stack.pool, scope, async (db) => {
      // A table of three rows is read as a whole, unless that is made dear.
      await sql`set local enable_seqscan = off`.execute(db)
      return JSON.stringify(await quicklyFound(db, 'MH12', 10).explain('text'))
    })
    for (const column of ['plate_key', 'plate', 'vin']) {
      expect(plan).toContain(`Index Cond: ((${column} >= `)
    }
  })

  test.each([
    ['the names of owners', 'folded', 'customer_name_trigram'],
    ['the reference ids of customers', 'reference', 'customer_name_reference'],
  ])('%s by trigrams', async (_what, column, index) => {
    const scope: Scope = { ...nobody, kind: 'centers', centers: [pune] }
    const plan = await inTransaction<Tables, string>(stack.pool, scope, async (db) => {
      await sql`set local enable_seqscan = off`.execute(db)
      await sql`set local enable_indexscan = off`.execute(db)
      const { rows } = await sql`explain select customer_id from customer_name
        where ${sql.ref(column)} like '%deshp%'`.execute(db)
      return JSON.stringify(rows)
    })
    expect(plan).toContain(`Bitmap Index Scan on ${index}`)
  })
})
