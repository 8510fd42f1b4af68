import { asha, gita, isha, kiran, meera, mohan, priya, ravi } from '@forecourt/testing/people'
import { knowCenters, newPlate, register, submit } from '@forecourt/testing/registering'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { customerVehicle } from '../service.ts'

type Person = typeof asha
interface Entry {
  id: string
  fullName: string
  referenceId: string | null
  verified: boolean
  otpStatus: string
  [field: string]: unknown
}

const pune = { city: 'Pune', taluka: 'Haveli', district: 'Pune', state: 'Maharashtra' }
const mumbai = {
  city: 'Andheri',
  taluka: 'Andheri',
  district: 'Mumbai Suburban',
  state: 'Maharashtra',
}
const panaji = { city: 'Panaji', taluka: 'Tiswadi', district: 'North Goa', state: 'Goa' }

let stack: Stack
const ids: Record<string, string> = {}

/** Anita and Bharat are Pune's, Chitra is Mumbai's; Dinesh and Esha never proved their phones. */
beforeAll(async () => {
  stack = await openStack(customerVehicle, { APP_DEBUG: 'true' })
  await knowCenters(stack)
  const people = {
    anita: {
      fullName: 'Anita Kulkarni',
      mobileNumber: '+919000011111',
      pinCode: '411001',
      ...pune,
    },
    bharat: { fullName: 'Bharat 100%_Sharma', pinCode: '411002', ...panaji },
    chitra: {
      fullName: 'Chitra Iyer',
      mobileNumber: '+919000033333',
      pinCode: '400001',
      ...mumbai,
    },
  }
  for (const [name, customer] of Object.entries(people)) {
    await stack.redis.flushdb()
    ids[name] = (await register(stack, { customer })).customer.id
  }
  await stack.admin.query(`update vehicle set brand = 'Tata' where customer_id = $1`, [
    ids['bharat'],
  ])
  const waiting = {
    dinesh: { fullName: 'Dinesh Joshi', mobileNumber: '+919000044444', pinCode: '411005', ...pune },
    esha: { fullName: 'Esha Anand', pinCode: '400002', ...mumbai },
  }
  for (const [name, customer] of Object.entries(waiting)) {
    await stack.redis.flushdb()
    ids[name] = (await submit(stack, { customer })).data.registrationId
  }
  for (const [at, name] of ['anita', 'bharat', 'chitra', 'dinesh', 'esha'].entries()) {
    const moment = `2026-01-0${at + 1}T08:00:00Z`
    for (const table of ['customer', 'registration']) {
      await stack.admin.query(`update ${table} set created_at = $2 where id = $1`, [
        ids[name],
        moment,
      ])
    }
  }
})
afterAll(() => stack?.close())

async function list(query: Record<string, string> = {}, as: Person = kiran, path = '/customers') {
  return stack.call<Entry[]>(`GET ${path}` as 'GET /', { as, query })
}

async function names(query: Record<string, string>, as: Person = kiran): Promise<string> {
  const { status, data } = await list({ sort: 'createdAt', order: 'asc', ...query }, as)
  return status === 200
    ? data.map(({ fullName }) => fullName.split(' ')[0]).join(' ')
    : String(status)
}

test('customers and unproved registrations stand in one list, the newest first', async () => {
  const { data, body } = await list()
  expect(data.map(({ id }) => id)).toEqual(
    ['esha', 'dinesh', 'chitra', 'bharat', 'anita'].map((name) => ids[name]),
  )
  expect(body.pagination).toMatchObject({ page: 1, limit: 20, total: 5 })
  expect(data.at(-1)).toMatchObject({
    id: ids['anita'],
    customerCode: expect.stringMatching(/^CUST-MH12-\d{6}$/),
    verified: true,
    otpStatus: 'verified',
    firstName: 'Anita',
    lastName: 'Kulkarni',
    name: 'Anita Kulkarni',
    phone: '+919000011111',
    mobileNumber: '+919000011111',
    email: 'rahul@example.com',
    address: { street: '12, Law College Road', city: 'Pune', zipCode: '411001', country: 'India' },
    taluka: 'Haveli',
  })
  expect(data[1]).toMatchObject({
    id: ids['dinesh'],
    referenceId: null,
    verified: false,
    otpStatus: 'sent',
    phone: '+919000044444',
    address: { street: '12, Law College Road' },
  })
})

test('the list of sales is the same list', async () => {
  const [one, other] = [await list(), await list({}, kiran, '/sales/customers')]
  expect(other.data).toEqual(one.data)
})

describe('the list is filtered', () => {
  test.each<[string, Record<string, string>, string]>([
    ['by city, in any case', { 'filter[city]': 'pune' }, 'Anita Dinesh'],
    ['by district', { 'filter[district]': 'Mumbai Suburban' }, 'Chitra Esha'],
    ['by several districts', { 'filter[district][in]': 'pune,north goa' }, 'Anita Bharat Dinesh'],
    ['by state', { 'filter[state]': 'Goa' }, 'Bharat'],
    [
      'by brand, registered or wanted',
      { 'filter[vehicleBrand]': 'toyota' },
      'Anita Chitra Dinesh Esha',
    ],
    ['by another name of the brand', { 'filter[vehicleBrand]': 'Tata Motors' }, 'Bharat'],
    ['by brands', { 'filter[vehicleBrand][in]': 'Tata,Audi' }, 'Bharat'],
    ['by a brand that is none', { 'filter[vehicleBrand]': 'Batmobile' }, ''],
    ['to the verified', { 'filter[verified]': 'true' }, 'Anita Bharat Chitra'],
    ['to the unverified', { 'filter[verified]': 'false' }, 'Dinesh Esha'],
    ['from a day on', { 'filter[createdAt][gte]': '2026-01-04' }, 'Dinesh Esha'],
    [
      'to a time',
      {
        'filter[createdAt][gt]': '2026-01-01T08:00:00Z',
        'filter[createdAt][lt]': '2026-01-04T13:29:00+05:30',
      },
      'Bharat Chitra',
    ],
    ['by several at once', { 'filter[city]': 'Pune', 'filter[verified]': 'false' }, 'Dinesh'],
    ['by a part of the name', { search: 'kulk' }, 'Anita'],
    ['by two letters within words', { search: 'HA' }, 'Bharat Esha'],
    ['by the beginning of a word', { search: 'an' }, 'Anita Esha'],
    ['by a part of a waiting name', { search: 'josh' }, 'Dinesh'],
    ['by what a pattern would match', { search: '%_' }, 'Bharat'],
    ['by reference id', { search: 'CUST-MH12-' }, 'Anita Bharat Chitra'],
    ['by the whole phone, as typed', { search: '090000 11111' }, 'Anita'],
    ['by the phone of a registration', { search: '+91-90000-44444' }, 'Dinesh'],
    ['by no part of a phone', { search: '90000' }, ''],
    ['by the end of a reference id', { search: '000001' }, 'Anita'],
    ['by a time far from UTC', { 'filter[createdAt][lt]': '2026-01-02T08:00:00+23:59' }, 'Anita'],
  ])('%s', async (_how, query, found) => {
    expect(await names(query)).toBe(found)
  })

  test.each<[string, Record<string, string>]>([
    ['an unknown filter', { 'filter[phone]': '1' }],
    ['an unknown operator', { 'filter[city][like]': 'P' }],
    ['an operator that a place has not', { 'filter[city][gt]': 'P' }],
    ['a day that is none', { 'filter[createdAt][gte]': 'yesterday' }],
    ['a year that no calendar has', { 'filter[createdAt][gte]': '0000-01-01' }],
    ['half a text', { 'filter[city]': 'Pu\0ne' }],
    ['an unknown sort', { sort: 'phone' }],
    ['more than 100 at once', { limit: '101' }],
    ['a search of one letter', { search: 'a' }],
  ])('but not by %s', async (_what, query) => {
    expect((await list(query)).status).toBe(422)
  })
})

test('a name is found by a part of it in any script and case, by whoever sees the person', async () => {
  const rename = (name: string) =>
    stack.admin.query('update customer set full_name = $1 where id = $2', [name, ids['bharat']])
  await rename('राहुल देशपांडे ÉMILE')
  for (const search of ['शपां', 'émi', 'डे é']) {
    expect(await names({ search })).toBe('राहुल')
    expect(await names({ search }, meera)).toBe('')
  }
  await rename('Bharat 100%_Sharma')
})

test('the list is sorted by name, by city and by reference id', async () => {
  expect(await names({ sort: 'fullName' })).toBe('Anita Bharat Chitra Dinesh Esha')
  expect(await names({ sort: 'fullName', order: 'desc' })).toBe('Esha Dinesh Chitra Bharat Anita')
  const cities = (await list({ sort: 'city', order: 'asc' })).data.map(({ city }) => city)
  expect(cities).toEqual(['Andheri', 'Andheri', 'Panaji', 'Pune', 'Pune'])
  expect(await names({ sort: 'referenceId', limit: '3' })).toBe('Anita Bharat Chitra')
})

test('pages neither repeat nor lose anybody', async () => {
  const pages = await Promise.all(['1', '2', '3'].map((page) => list({ page, limit: '2' })))
  const seen = pages.flatMap(({ data }) => data.map(({ id }) => id))
  expect(new Set(seen).size).toBe(5)
  expect(pages[2]?.body.pagination).toMatchObject({ page: 3, totalPages: 3, hasNext: false })
})

describe('a center sees its own people', () => {
  test.each<[string, Person, string]>([
    ['Priya manages Pune', priya, 'Anita Bharat Dinesh'],
    ['Ravi repairs in Pune', ravi, 'Anita Bharat Dinesh'],
    ['Meera manages Mumbai', meera, 'Chitra Esha'],
    ['Mohan advises in Mumbai', mohan, 'Chitra Esha'],
    ['Isha keeps stock', isha, '403'],
    ['Gita is a customer, and none of them', gita, ''],
  ])('%s', async (_who, person, seen) => {
    expect(await names({}, person)).toBe(seen)
  })

  test.each(['anita', 'bharat', 'dinesh'])('%s is not there for Mumbai', async (name) => {
    const id = ids[name] ?? ''
    expect((await stack.call(`GET /customers/${id}`, { as: meera })).status).toBe(404)
    const change = await stack.call(`PUT /customers/${id}`, { as: meera, body: { city: 'X' } })
    expect(change.status).toBe(404)
    const body = { type: 'thank_you' }
    const message = await stack.call(`POST /customers/${id}/notifications`, { as: meera, body })
    expect(message.status).toBe(404)
  })
})

interface Detail extends Entry {
  vehicles: { id: string | null; vehicleNumber: string; photoUrl: string; brand: string }[]
}

test('a customer is shown with photos that open at once, and the look is audited', async () => {
  const id = ids['anita'] ?? ''
  const shown = await stack.call<Detail>(`GET /customers/${id}`, { as: asha })
  const { status, data, headers, body } = shown
  expect(status).toBe(200)
  expect(headers.get('etag')).toBe('"1"')
  expect(data).toMatchObject({
    id,
    otpStatus: 'verified',
    marketingConsent: true,
    suggestion: null,
  })
  expect(data.vehicles).toEqual([
    expect.objectContaining({
      vehicleNumber: expect.stringMatching(/^MH12ZA/),
      brand: 'Toyota',
      make: 'Toyota',
      status: 'active',
      photoUrl: expect.stringMatching(/^\/api\/v1\/files\/[\w-]+\/content\?expires=\d+&signature=/),
    }),
  ])
  const line = await stack.topics.next(
    'customer-vehicle.audit.recorded.v1',
    (event) => event.data?.['requestId'] === body.meta.requestId,
  )
  expect(line.data).toMatchObject({
    ...{ outcome: 'read', userId: asha.userId, entity: 'customer', entityId: id },
  })
})

test('an unproved registration is shown as typed, with the state of its code', async () => {
  const id = ids['dinesh'] ?? ''
  const show = () => stack.call<Detail>(`GET /customers/${id}`, { as: asha })
  const { data } = await show()
  expect(data).toMatchObject({ id, verified: false, otpStatus: 'sent', verifiedAt: null })
  expect(data.vehicles).toEqual([
    expect.objectContaining({ id: null, status: null, brand: 'Toyota', model: 'Innova Crysta' }),
  ])
  const set = (change: string) =>
    stack.admin.query(`update registration set ${change} where id = $1`, [id])
  await set(`code_expires_at = now() - interval '1 second'`)
  expect((await show()).data.otpStatus).toBe('expired')
  await set('code_blocked_at = now()')
  expect((await show()).data.otpStatus).toBe('blocked')
  expect((await list({ search: 'Dinesh' })).data[0]?.otpStatus).toBe('blocked')
})

test("a customer is found by the registration's id and by the account's, for ever", async () => {
  await stack.redis.flushdb()
  const { data } = await submit(stack, { plates: [newPlate()] })
  const { registrationId: id, otp_for_testing: otp } = data
  await stack.call(`POST /registrations/${id}/verify`, { body: { otp } })
  const shown = await stack.call<Detail>(`GET /customers/${id}`, { as: asha })
  expect(shown.data).toMatchObject({ verified: true })
  expect(shown.data.id).not.toBe(id)
  const own = shown.data.id
  await stack.admin.query('update customer set account_id = $2 where id = $1', [own, gita.userId])
  const again = await stack.call<Detail>(`GET /customers/${gita.userId}`, { as: asha })
  expect(again.data.id).toBe(own)
})

test('the list names the vehicles, and what nobody counts yet is 0', async () => {
  const { data } = await list()
  for (const entry of data.filter(({ verified }) => verified)) {
    const detail = await stack.call<{ vehicles: { id: string }[] }>(`GET /customers/${entry.id}`, {
      as: kiran,
    })
    expect(entry).toMatchObject({ dateOfBirth: null, totalOrders: 0, totalSpent: 0 })
    expect(entry).toMatchObject({ vehicles: detail.data.vehicles.map(({ id }) => id) })
    expect(entry).toMatchObject({ vehicles: [expect.any(String)], loyaltyPoints: 0 })
  }
  expect(data.find(({ id }) => id === ids['esha'])).toMatchObject({ vehicles: [] })
})
