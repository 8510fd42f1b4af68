import { asha, kiran, meera, mumbai, priya, pune, ravi } from '@forecourt/testing/people'
import { knowCenters, newPhone, newPlate, register, submit } from '@forecourt/testing/registering'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import { KeyRing } from '@forecourt/platform/config'
import { personalData } from '@forecourt/platform/personal'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { customerVehicle } from '../service.ts'

const rings = [testSecrets.PERSONAL_KEYS, testSecrets.BLIND_INDEX_KEY].map((ring) =>
  KeyRing.parse(ring),
)
const personal = personalData(rings[0] ?? [], rings[1] ?? [])

let stack: Stack
let id = ''
let phone = ''
beforeAll(async () => {
  stack = await openStack(customerVehicle, { APP_DEBUG: 'true' })
  await knowCenters(stack)
})
afterAll(() => stack?.close())
beforeEach(async () => {
  await stack.redis.flushdb()
  phone = newPhone()
  const customer = { mobileNumber: phone, alternativeNumber: '+919111111111' }
  id = (await register(stack, { customer })).customer.id
})

function change(body: unknown, headers: Record<string, string> = {}, as = asha) {
  return stack.call<Record<string, unknown>>(`PUT /customers/${id}`, { as, body, headers })
}

async function rowOf() {
  const { rows } = await stack.admin.query('select * from customer where id = $1', [id])
  return rows[0] as Record<string, unknown>
}

function told(version: number) {
  return stack.topics.next(
    'customer-vehicle.customer.changed.v1',
    ({ key, headers }) => key === id && headers['ce_sequence'] === String(version),
  )
}

test('what is given changes and the rest stays: answer, row, event and audit', async () => {
  const { status, data, headers } = await change({ city: 'Baramati', email: 'New@Example.com' })
  expect(status).toBe(200)
  expect(headers.get('etag')).toBe('"2"')
  expect(data).toMatchObject({
    id,
    city: 'Baramati',
    email: 'new@example.com',
    fullName: 'Rahul Deshpande',
    alternativeNumber: '+919111111111',
    phone,
    version: 2,
  })
  const row = await rowOf()
  expect(row['email_index']).toBe(personal.blindIndex('email', 'new@example.com'))
  expect(row['email']).not.toContain('example')
  const event = await told(2)
  expect(event.data).toMatchObject({ city: 'Baramati', serviceCenterIds: [pune] })
  const place = { table: 'customer', column: 'email', id }
  expect(personal.open(String(event.data?.['email']), place)).toBe('new@example.com')
  const line = await stack.topics.next(
    'customer-vehicle.audit.recorded.v1',
    ({ data: deed }) => deed?.['action'] === 'PUT /customers/:id' && deed['entityId'] === id,
  )
  expect(line.data).toMatchObject({
    userId: asha.userId,
    outcome: 'done',
    before: { city: 'Pune' },
  })
  expect(JSON.stringify(line.data)).not.toContain('example.com')
})

describe('either spelling changes the same field', () => {
  test.each<[unknown, Record<string, unknown>]>([
    [{ fullName: 'Asha Rao' }, { fullName: 'Asha Rao', lastName: 'Rao' }],
    [{ name: 'Asha Rao' }, { fullName: 'Asha Rao' }],
    [{ firstName: 'Rahul Dev' }, { fullName: 'Rahul Dev Deshpande' }],
    [{ lastName: null }, { fullName: 'Rahul', lastName: null }],
    [{ lastName: 'Patil' }, { fullName: 'Rahul Patil' }],
    [{ address: '7, MG Road' }, { address: { street: '7, MG Road', city: 'Pune' } }],
    [{ address: { street: '7, MG Road', zipCode: '411009' } }, { pinCode: '411009' }],
    [{ address: null }, { address: { street: null } }],
    [
      { alternativeNumber: '', email: '', lastName: '', address: '' },
      { alternativeNumber: null, email: null, fullName: 'Rahul', address: { street: null } },
    ],
    [
      { alternativeNumber: null, email: null },
      { alternativeNumber: null, email: null },
    ],
    [{ marketingConsent: false }, { marketingConsent: false }],
    [
      { state: 'goa', district: 'north goa', taluka: 'tiswadi' },
      { state: 'Goa', taluka: 'Tiswadi' },
    ],
  ])('%j', async (body, after) => {
    const { status, data } = await change(body)
    expect(status).toBe(200)
    expect(data).toMatchObject(after)
  })
})

describe('is refused with the field that is wrong', () => {
  test.each<[unknown, string]>([
    [{ state: 'Goa' }, 'district'],
    [{ state: 'Atlantis' }, 'state'],
    [{ taluka: 'Tiswadi' }, 'taluka'],
    [{ city: null }, 'city'],
    [{ pinCode: '011004' }, 'pinCode'],
    [{ email: 'nobody' }, 'email'],
    [{ fullName: '' }, 'fullName'],
    [{ mobileNumber: '+919999988888' }, 'mobileNumber'],
    [{ phone: '+919999988888' }, 'phone'],
    [{ firstName: '' }, 'firstName'],
    [{ dateOfBirth: '1990-01-31' }, 'dateOfBirth'],
    [{ lastName: '7'.repeat(100) }, 'lastName'],
    [{ city: '' }, 'city'],
    [{ zipCode: '' }, 'zipCode'],
    [{ address: { zipCode: '011004' } }, 'address.zipCode'],
    [{ address: { state: 'Atlantis' } }, 'address.state'],
    [{ address: { country: 'Nepal' } }, 'address.country'],
  ])('%j', async (body, field) => {
    const { status, body: answer } = await change(body)
    expect(status).toBe(422)
    expect(Object.keys(answer.errors ?? {})).toEqual([field])
    expect(await rowOf()).toMatchObject({ version: 1 })
  })
})

describe('a form that sends back all that it was shown', () => {
  const shown = async (customerId = id) =>
    (await stack.call<Record<string, unknown>>(`GET /customers/${customerId}`, { as: asha })).data
  const within = (all: Record<string, unknown>, changed: object) => ({
    address: { ...(all['address'] as object), ...changed },
  })

  test.each<[Record<string, unknown>, Record<string, unknown>]>([
    [
      { firstName: 'Asha', lastName: 'Rao' },
      { fullName: 'Asha Rao', name: 'Asha Rao' },
    ],
    [{ lastName: null }, { fullName: 'Rahul' }],
    [{ name: 'Asha Rao' }, { fullName: 'Asha Rao', firstName: 'Asha' }],
    [{ fullName: 'Asha Rao', firstName: 'Asha', lastName: 'Rao' }, { name: 'Asha Rao' }],
    [{ city: 'Baramati' }, { address: { city: 'Baramati' } }],
    [{ zipCode: '411009' }, { pinCode: '411009' }],
    [{}, { fullName: 'Rahul Deshpande', city: 'Pune', pinCode: '411004' }],
  ])('has changed %j', async (changed, after) => {
    const { status, data } = await change({ ...(await shown()), ...changed })
    expect([status, data]).toMatchObject([200, after])
  })

  test('has changed what differs in its address', async () => {
    const all = await shown()
    const changed = { street: '7, MG Road', city: 'Khed', taluka: 'khed', zipCode: '411009' }
    const { data } = await change({ ...all, ...within(all, changed) })
    expect(data).toMatchObject({ city: 'Khed', taluka: 'Khed', pinCode: '411009' })
    expect(data['address']).toMatchObject({ ...changed, taluka: 'Khed' })
  })

  test.each<[Record<string, unknown>, string[]]>([
    [{ phone: '9999911111' }, ['phone']],
    [{ fullName: 'Asha Rao', name: 'Asha Patil' }, ['fullName', 'name']],
    [{ name: 'Asha Rao', lastName: 'Patil' }, ['name', 'lastName']],
  ])('is told what is wrong with %j', async (changed, fields) => {
    const { status, body } = await change({ ...(await shown()), ...changed })
    expect([status, Object.keys(body.errors ?? {})]).toEqual([422, fields])
  })

  test('is told where the address says two things', async () => {
    const all = await shown()
    const { body } = await change({ ...all, ...within(all, { city: 'Khed' }), city: 'Baramati' })
    expect(body.errors).toEqual({
      city: ['Says something else than address.city'],
      'address.city': ['Says something else than city'],
    })
  })

  test('may leave empty what nobody has told', async () => {
    const body = {
      ...{ vehicleNumber: newPlate(), make: 'Honda', model: 'City' },
      ...{ ownerName: 'Sunil', ownerPhone: newPhone() },
    }
    id = String((await stack.call('POST /vehicles', { as: asha, body })).data['customerId'])
    const { status, data } = await change({ ...(await shown()), firstName: 'Meera' })
    expect([status, data]).toMatchObject([200, { fullName: 'Meera', city: '', pinCode: '' }])
    const known = { city: 'Khed', pinCode: '410501' }
    expect((await change({ ...(await shown()), ...known })).data).toMatchObject(known)
  })
})

test('the phone that is there already may stand in the body', async () => {
  expect((await change({ phone: phone.replace('+91', '0'), city: 'Pune' })).status).toBe(200)
})

test('what a token decides is no field of the body', async () => {
  const { status } = await change({
    ...{ referenceId: 'CUST-XX-000001', verified: false, accountId: kiran.userId, version: 9 },
    serviceCenterId: mumbai,
  })
  expect(status).toBe(200)
  expect(await rowOf()).toMatchObject({ account_id: null, version: 2 })
  expect((await rowOf())['reference_id']).toMatch(/^CUST-MH12-/)
})

test('of two who change the same version the second is told', async () => {
  const headers = { 'if-match': '"1"' }
  const both = await Promise.all([
    change({ city: 'Baramati' }, headers),
    change({ city: 'Saswad' }, headers, priya),
  ])
  expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412])
  expect(both.find(({ status }) => status === 412)?.body.error?.reason).toBe('version_changed')
})

test('Ravi repairs cars and changes no customers', async () => {
  expect((await change({ city: 'Baramati' }, {}, ravi)).status).toBe(403)
})

test('an unproved registration cannot be changed', async () => {
  await stack.redis.flushdb()
  id = (await submit(stack)).data.registrationId
  const { status, body } = await change({ city: 'Baramati' })
  expect([status, body.error?.reason]).toEqual([409, 'state_forbids'])
})

test('an event names every center, although who caused it sees one', async () => {
  await stack.admin.query(
    'insert into customer_center (customer_id, service_center_id) values ($1, $2)',
    [id, mumbai],
  )
  expect((await change({ city: 'Andheri' }, {}, meera)).status).toBe(200)
  const { data } = await told(2)
  expect(data?.['serviceCenterIds']).toEqual([pune, mumbai])
})

test('a suggestion of a later registration is shown, and can be put away', async () => {
  await stack.redis.flushdb()
  await register(stack, { customer: { mobileNumber: phone, city: 'Nashik' } })
  const shown = await stack.call<Record<string, unknown>>(`GET /customers/${id}`, { as: asha })
  expect(shown.data).toMatchObject({ city: 'Pune', suggestion: { city: 'Nashik' } })
  expect((await change({ city: 'Nashik', suggestion: null })).data).toMatchObject({
    city: 'Nashik',
    suggestion: null,
  })
})
