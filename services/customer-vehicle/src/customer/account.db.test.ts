import { randomUUIDv7 } from 'node:crypto'
import { UserCreated } from '@forecourt/contracts/identity-events'
import { KeyRing } from '@forecourt/platform/config'
import { personalData } from '@forecourt/platform/personal'
import { eventually } from '@forecourt/testing/eventually'
import { asha, headOffice, kiran, pune } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import {
  knowCenters,
  newPhone,
  newPlate,
  register,
  submit,
  type Verified,
} from '@forecourt/testing/registering'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { customerVehicle } from '../service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(customerVehicle, { APP_DEBUG: 'true' })
  await knowCenters(stack)
})
afterAll(() => stack?.close())
beforeEach(() => stack.redis.flushdb())

const keys = (name: keyof typeof testSecrets) => KeyRing.parse(testSecrets[name])
const personal = personalData(keys('PERSONAL_KEYS'), keys('BLIND_INDEX_KEY'))

interface Account {
  phone?: string | null
  fullName?: string
  email?: string | null
  role?: string
  status?: string
}

/** Gita's account, as identity tells of it. */
function accountOf({ phone = newPhone(), email = 'gita@example.com', ...rest }: Account = {}) {
  const { fullName = 'Gita Rao', role = 'mobile_user', status = 'active' } = rest
  const userId = randomUUIDv7()
  const seal = (column: string, value: string) =>
    personal.seal(value, { table: 'user', column, id: userId })
  return {
    userId,
    role,
    status,
    serviceCenterIds: [],
    fullName: seal('full_name', fullName),
    email: email === null ? null : seal('email', email),
    phone: phone === null ? null : seal('phone', phone),
  }
}

function customersOf(phone: string) {
  return rowsOf('select * from customer where phone_index = $1', [
    personal.blindIndex('phone', phone),
  ])
}

async function rowsOf(text: string, values: unknown[] = []) {
  return (await stack.admin.query(text, values)).rows as Record<string, unknown>[]
}

/** Says that an account was opened, and waits until its person is a customer here. */
async function openAccount(account: ReturnType<typeof accountOf>) {
  await publish(stack, UserCreated, account)
  return linked(account.userId)
}

function linked(accountId: string) {
  return eventually('a customer with the account', async () => {
    const [row] = await rowsOf('select * from customer where account_id = $1', [accountId])
    return row
  })
}

/** Waits until an event has had its effect, or none. */
function taken(eventId: string) {
  return eventually('the event', async () => {
    const text = `select from inbox where event_id = $1 and consumer like '%.accounts.%'`
    return (await rowsOf(text, [eventId])).length > 0
  })
}

function show(id: unknown, as = kiran) {
  return stack.call(`GET /customers/${String(id)}`, { as })
}

test('whoever opens an account by a phone alone is a customer with the id of the account', async () => {
  const phone = newPhone()
  const account = accountOf({ phone })
  const row = await openAccount(account)
  expect(row).toMatchObject({ id: account.userId, marketing_consent: false, version: 1 })
  expect(JSON.stringify(row)).not.toContain(phone.slice(3))
  const { status, data } = await show(account.userId)
  expect(status).toBe(200)
  expect(data).toMatchObject({
    id: account.userId,
    referenceId: expect.stringMatching(/^CUST-HO-\d{6}$/),
    verified: true,
    fullName: 'Gita Rao',
    phone,
    email: 'gita@example.com',
    city: '',
    pinCode: '',
    vehicles: [],
  })
  const told = await stack.topics.next(
    'customer-vehicle.customer.registered.v1',
    ({ key }) => key === account.userId,
  )
  expect(told.data).toMatchObject({
    accountId: account.userId,
    serviceCenterIds: [headOffice],
    state: '',
  })
})

test('a customer without an address belongs to the head office: no center sees them', async () => {
  const { id } = await openAccount(accountOf())
  expect((await show(id, asha)).status).toBe(404)
  expect((await show(id)).status).toBe(200)
})

test('a customer of the form is linked to the account, and both ids find them for ever', async () => {
  const phone = newPhone()
  const { customer } = await register(stack, { customer: { mobileNumber: phone } })
  const account = accountOf({ phone })
  const row = await openAccount(account)
  expect(row).toMatchObject({ id: customer.id, reference_id: customer.referenceId, version: 2 })
  for (const id of [customer.id, account.userId]) {
    const { data } = await show(id, asha)
    expect(data).toMatchObject({ id: customer.id, referenceId: customer.referenceId })
    // What the form has told stays.
    expect(data).toMatchObject({ fullName: 'Rahul Deshpande', city: 'Pune' })
  }
  const told = await stack.topics.next(
    'customer-vehicle.customer.changed.v1',
    ({ key }) => key === customer.id,
  )
  expect(told.data).toMatchObject({ accountId: account.userId, city: 'Pune' })
  expect(await customersOf(phone)).toHaveLength(1)
})

test('a form of a phone that has an account adds its vehicles, and the address nobody knew', async () => {
  const phone = newPhone()
  const { id, reference_id: referenceId } = await openAccount(accountOf({ phone }))
  const plate = newPlate()
  const { customer, vehicles } = await register(stack, {
    customer: { mobileNumber: phone },
    plates: [plate],
  })
  expect(customer).toMatchObject({ id, referenceId, fullName: 'Gita Rao', city: 'Pune' })
  expect(vehicles.map(({ vehicleNumber }) => vehicleNumber)).toEqual([plate])
  const { data } = await show(id, asha)
  expect(data).toMatchObject({
    phone,
    email: 'gita@example.com',
    pinCode: '411004',
    address: { street: '12, Law College Road' },
    vehicles: [{ vehicleNumber: plate }],
    // Staff decides on what was known already.
    suggestion: { fullName: 'Rahul Deshpande', email: 'rahul@example.com' },
  })
  const told = await stack.topics.next(
    'customer-vehicle.customer.changed.v1',
    ({ key }) => key === id,
  )
  expect(told.data).toMatchObject({ serviceCenterIds: [headOffice, pune], state: 'Maharashtra' })
  expect(await customersOf(phone)).toHaveLength(1)
})

test('the first form brings consent, and the name and the e-mail address that nobody knew', async () => {
  const phone = newPhone()
  const { id } = await openAccount(accountOf({ phone, fullName: 'user_90001234', email: null }))
  await register(stack, { customer: { mobileNumber: phone } })
  expect((await show(id, asha)).data).toMatchObject({
    ...{ fullName: 'Rahul Deshpande', email: 'rahul@example.com', marketingConsent: true },
    suggestion: null,
  })
  const told = await stack.topics.next(
    'customer-vehicle.customer.changed.v1',
    ({ key }) => key === id,
  )
  expect(told.data).toMatchObject({ marketingConsent: true })
})

test('a name that staff was told outlasts one that was made of the phone', async () => {
  const phone = newPhone()
  const car = { vehicleNumber: newPlate(), make: 'Honda', model: 'City' }
  const owner = { ownerName: 'Rahul Deshpande', ownerPhone: phone }
  const { data } = await stack.call('POST /vehicles', { as: asha, body: { ...car, ...owner } })
  const row = await openAccount(accountOf({ phone, fullName: 'user_90001234', email: null }))
  expect(row['id']).toBe(data['customerId'])
  expect((await show(row['id'], asha)).data).toMatchObject({
    ...{ fullName: 'Rahul Deshpande', verified: true, suggestion: null },
  })
})

test('whoever came by a phone alone is called what staff is told beside the phone', async () => {
  const phone = newPhone()
  const { id } = await openAccount(accountOf({ phone, fullName: 'user_90001234', email: null }))
  const add = (ownerName: string) =>
    stack.call('POST /vehicles', {
      as: kiran,
      body: {
        ...{ vehicleNumber: newPlate(), make: 'Honda', model: 'City', serviceCenterId: pune },
        ...{ ownerName, ownerPhone: phone },
      },
    })
  expect((await add('Rahul Deshpande')).data).toMatchObject({
    ...{ customerId: id, ownerName: 'Rahul Deshpande' },
  })
  const told = await stack.topics.next(
    'customer-vehicle.customer.changed.v1',
    ({ key, data }) =>
      key === id &&
      personal.open(String(data?.['fullName']), {
        ...{ table: 'customer', column: 'full_name', id: key },
      }) === 'Rahul Deshpande',
  )
  expect(told.data).toMatchObject({ serviceCenterIds: [headOffice, pune] })
  // A name that somebody has stays; another one beside the phone only finds them.
  expect((await add('R. Deshpande')).data['ownerName']).toBe('Rahul Deshpande')
})

test('whoever withdrew the consent of a form gives none by the next', async () => {
  const phone = newPhone()
  const { customer } = await register(stack, { customer: { mobileNumber: phone } })
  const body = { marketingConsent: false }
  await stack.call(`PUT /customers/${customer.id}`, { as: asha, body })
  await stack.redis.flushdb()
  await register(stack, { customer: { mobileNumber: phone } })
  expect((await show(customer.id, asha)).data).toMatchObject({ marketingConsent: false })
})

test('the account and the form at once are one customer, whoever is first', async () => {
  const rounds = Array.from({ length: 8 }, async () => {
    const phone = newPhone()
    const account = accountOf({ phone })
    const { data: form } = await submit(stack, { as: asha, customer: { mobileNumber: phone } })
    const [verified] = await Promise.all([
      stack.call<Verified>(`POST /registrations/${form.registrationId}/verify`, {
        as: asha,
        body: { otp: form.otp_for_testing },
      }),
      publish(stack, UserCreated, account),
    ])
    expect([verified.status, verified.text]).toEqual([201, expect.any(String)])
    const row = await linked(account.userId)
    const rows = await customersOf(phone)
    expect(rows).toHaveLength(1)
    expect(row['id']).toBe(verified.data.customer.id)
    const ids = [account.userId, verified.data.customer.id, form.registrationId]
    const shown = await Promise.all(ids.map((id) => show(id, asha)))
    expect(shown.map(({ data }) => data.id)).toEqual(ids.map(() => row['id']))
    expect(shown[0]?.data['vehicles']).toHaveLength(1)
    expect(shown[0]?.data).toMatchObject({ city: 'Pune', verified: true })
  })
  await Promise.all(rounds)
  const references = await rowsOf('select reference_id from customer')
  expect(new Set(references.map((row) => row['reference_id'])).size).toBe(references.length)
})

test('an account that is told of twice, under whatever event, changes nothing more', async () => {
  const account = accountOf()
  const before = await openAccount(account)
  await taken(await publish(stack, UserCreated, account))
  expect(await linked(account.userId)).toEqual(before)
})

test('a phone that a second account has hands over nothing of the first', async () => {
  const phone = newPhone()
  const first = await openAccount(accountOf({ phone }))
  await taken(await publish(stack, UserCreated, accountOf({ phone })))
  expect(await customersOf(phone)).toEqual([first])
})

test.each([
  ['of staff', { role: 'advisor' }],
  ['of a garage', { role: 'garage_owner' }],
  ['whose phone is not proved', { status: 'pending_verification' }],
  ['without a phone', { phone: null }],
])('an account %s makes no customer', async (_, changes) => {
  const account = accountOf(changes)
  await taken(await publish(stack, UserCreated, account))
  expect(
    await rowsOf('select from customer where id = $1 or account_id = $1', [account.userId]),
  ).toEqual([])
})

test('an account that comes before the head office waits for it', async () => {
  const [center] = await rowsOf('delete from service_center where is_head_office returning *')
  const account = accountOf()
  await publish(stack, UserCreated, account)
  await stack.admin.query(
    `insert into service_center select * from json_populate_record(null::service_center, $1)`,
    [JSON.stringify(center)],
  )
  expect(await linked(account.userId)).toMatchObject({ id: account.userId })
})

test('whoever asks for a customer at once after the sign-up waits for the word of it', async () => {
  const [shown, changed] = [accountOf(), accountOf()]
  const asking = Promise.all([
    show(shown.userId),
    stack.call(`PUT /customers/${changed.userId}`, { as: kiran, body: { city: 'Satara' } }),
  ])
  await Promise.all([shown, changed].map((account) => publish(stack, UserCreated, account)))
  const [{ status }, { status: put, data }] = await asking
  expect([status, put, data['city']]).toEqual([200, 200, 'Satara'])
})
