import { randomUUIDv7 } from 'node:crypto'
import { UserChanged, UserCreated } from '@forecourt/contracts/identity-events'
import { KeyRing } from '@forecourt/platform/config'
import { personalData } from '@forecourt/platform/personal'
import { eventually } from '@forecourt/testing/eventually'
import { kiran } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import { knowCenters, newPhone, register, submit } from '@forecourt/testing/registering'
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

interface Said {
  userId?: string
  fullName?: string
  email?: string | null
  phone: string
  status?: string
  role?: string
}

/** What identity says of Gita's account. */
function said({ userId = randomUUIDv7(), fullName = 'Gita Rao', phone, ...rest }: Said) {
  const { email = 'gita@example.com', status = 'active', role = 'mobile_user' } = rest
  const seal = (column: string, value: string) =>
    personal.seal(value, { table: 'user', column, id: userId })
  return {
    ...{ userId, role, status, serviceCenterIds: [] },
    fullName: seal('full_name', fullName),
    email: email === null ? null : seal('email', email),
    phone: seal('phone', phone),
  }
}

async function taken(eventId: string): Promise<void> {
  await eventually('the event', async () => {
    const { rowCount } = await stack.admin.query(
      `select from inbox where event_id = $1 and consumer like '%.accounts.%'`,
      [eventId],
    )
    return rowCount === 1
  })
}

let version = 1
/** Says that an account was changed, and waits until that had its effect, or none. */
async function change(account: Said): Promise<void> {
  version += 1
  await taken(await publish(stack, UserChanged, said(account), { version }))
}

interface Gita extends Said {
  userId: string
  customerId: string
}

/** Gita with an account of her own, and no form. */
async function openAccount(): Promise<Gita> {
  const [userId, phone] = [randomUUIDv7(), newPhone()]
  await taken(await publish(stack, UserCreated, said({ userId, phone })))
  return { userId, customerId: userId, phone }
}

/** Gita who filled in the form first, without an account, and opened hers later. */
async function linkLater(): Promise<Gita> {
  const [userId, phone] = [randomUUIDv7(), newPhone()]
  const form = { mobileNumber: phone, fullName: 'Gita Rao', email: 'gita@example.com' }
  const { customer } = await register(stack, { customer: form })
  await taken(await publish(stack, UserCreated, said({ userId, phone })))
  return { userId, customerId: customer.id, phone }
}

async function shown({ customerId }: Gita) {
  return (await stack.call(`GET /customers/${customerId}`, { as: kiran })).data
}

test.each([
  ['came first', openAccount],
  ['came after the form', linkLater],
])(
  'a phone that was proved anew is the phone of the customer whose account %s',
  async (_, open) => {
    const gita = await open()
    const phone = newPhone()
    await change({ ...gita, phone })
    expect(await shown(gita)).toMatchObject({ mobileNumber: phone, suggestion: null })
    const { data } = await stack.topics.next(
      'customer-vehicle.customer.changed.v1',
      ({ key, data }) =>
        key === gita.customerId && phone === personal.open(String(data?.['phone']), placeOf(key)),
    )
    expect(data).toMatchObject({ accountId: gita.userId })
    // The former number may be somebody else's from now on.
    await stack.redis.flushdb()
    const { customer } = await register(stack, { customer: { mobileNumber: gita.phone } })
    expect(customer.id).not.toBe(gita.customerId)
  },
)

const placeOf = (id: string) => ({ table: 'customer', column: 'phone', id })

test('a name and an e-mail address that differ are shown to staff, who decide', async () => {
  const gita = await openAccount()
  await change({ ...gita, fullName: 'Gita Rao Kulkarni', email: 'gita.rao@example.com' })
  expect(await shown(gita)).toMatchObject({
    ...{ fullName: 'Gita Rao', email: 'gita@example.com' },
    suggestion: { fullName: 'Gita Rao Kulkarni', email: 'gita.rao@example.com' },
  })
})

test('a user name that was made up gives way to the name of the person', async () => {
  const [userId, phone] = [randomUUIDv7(), newPhone()]
  const fullName = `user_${phone.slice(-8)}`
  await taken(await publish(stack, UserCreated, said({ userId, phone, fullName })))
  const gita = { userId, customerId: userId, phone }
  expect(await shown(gita)).toMatchObject({ fullName })
  await change({ ...gita, fullName: 'Gita Rao' })
  expect(await shown(gita)).toMatchObject({ fullName: 'Gita Rao', suggestion: null })
})

test.each([
  ['came after the form', linkLater],
  ['was named by staff', openNameless],
])('a made-up user name is suggested to nobody whose account %s', async (_, open) => {
  const gita = await open()
  await change({ ...gita, fullName: `user_${gita.phone.slice(-8)}`, email: null })
  expect(await shown(gita)).toMatchObject({ fullName: 'Gita Rao', suggestion: null })
})

/** Gita with an account by her phone alone, to whom staff has given her name. */
async function openNameless(): Promise<Gita> {
  const [userId, phone] = [randomUUIDv7(), newPhone()]
  const fullName = `user_${phone.slice(-8)}`
  await taken(await publish(stack, UserCreated, said({ userId, phone, fullName })))
  const body = { fullName: 'Gita Rao' }
  await stack.call(`PUT /customers/${userId}`, { as: kiran, body })
  return { userId, customerId: userId, phone }
}

test('a suggestion may come back as it was shown, and as nothing else', async () => {
  const gita = await openAccount()
  await change({ ...gita, fullName: 'Gita R.' })
  const { suggestion } = await shown(gita)
  const send = (body: unknown, as = kiran) =>
    stack.call(`PUT /customers/${gita.customerId}`, { as, body })
  expect((await send({ city: 'Satara', suggestion })).data).toMatchObject({
    ...{ city: 'Satara', suggestion: { fullName: 'Gita R.' } },
  })
  const { status, body } = await send({ suggestion: { fullName: 'Gita Kulkarni' } })
  expect([status, Object.keys(body.errors ?? {})]).toEqual([422, ['suggestion']])
})

test('what staff has turned down is not suggested again until something else is said', async () => {
  const gita = await openAccount()
  await change({ ...gita, fullName: 'Gita R.' })
  const body = { suggestion: null }
  await stack.call(`PUT /customers/${gita.customerId}`, { as: kiran, body })
  // As when keys are replaced: the same once more.
  await change({ ...gita, fullName: 'Gita R.' })
  expect(await shown(gita)).toMatchObject({ suggestion: null })
  await change({ ...gita, fullName: 'Gita Kulkarni' })
  expect(await shown(gita)).toMatchObject({ suggestion: { fullName: 'Gita Kulkarni' } })
})

test('an e-mail address that nobody had told is taken over', async () => {
  const gita = { ...(await openAccount()) }
  await stack.admin.query('update customer set email = null, email_index = null where id = $1', [
    gita.customerId,
  ])
  await change({ ...gita, email: 'new@example.com' })
  expect(await shown(gita)).toMatchObject({ email: 'new@example.com', suggestion: null })
})

test('what a form has suggested stays beside what the account says', async () => {
  const gita = await linkLater()
  await stack.redis.flushdb()
  await register(stack, { customer: { mobileNumber: gita.phone, city: 'Khed' } })
  await change({ ...gita, fullName: 'Gita Kulkarni' })
  expect(await shown(gita)).toMatchObject({
    suggestion: { city: 'Khed', fullName: 'Gita Kulkarni', email: 'rahul@example.com' },
  })
})

test('a phone that another customer has stays theirs, and staff is told', async () => {
  const gita = await openAccount()
  const phone = newPhone()
  const { customer } = await register(stack, { customer: { mobileNumber: phone } })
  await change({ ...gita, phone })
  expect(await shown(gita)).toMatchObject({ mobileNumber: gita.phone, suggestion: { phone } })
  expect(await shown({ ...gita, customerId: customer.id })).toMatchObject({ mobileNumber: phone })
})

test('a form and a changed account that prove one phone at once make no phone of two', async () => {
  const rounds = Array.from({ length: 6 }, async () => {
    const gita = await openAccount()
    const phone = newPhone()
    const { data: form } = await submit(stack, { customer: { mobileNumber: phone }, as: kiran })
    const body = { otp: form.otp_for_testing }
    const [verified] = await Promise.all([
      stack.call(`POST /registrations/${form.registrationId}/verify`, { body, as: kiran }),
      change({ ...gita, phone }),
    ])
    expect([verified.status, verified.text]).toEqual([201, expect.any(String)])
    const { rowCount } = await stack.admin.query('select from customer where phone_index = $1', [
      personal.blindIndex('phone', phone),
    ])
    expect(rowCount).toBe(1)
    const { mobileNumber, suggestion } = await shown(gita)
    expect(mobileNumber === phone || (suggestion as Said | null)?.phone === phone).toBe(true)
  })
  await Promise.all(rounds)
})

test('an account that is proved only later becomes a customer then', async () => {
  const [userId, phone] = [randomUUIDv7(), newPhone()]
  const waiting = said({ userId, phone, status: 'pending_verification' })
  await taken(await publish(stack, UserCreated, waiting))
  await change({ userId, phone })
  expect(await shown({ userId, phone, customerId: userId })).toMatchObject({ mobileNumber: phone })
})

test.each([
  ['is suspended', { status: 'suspended' }],
  ['became one of staff', { role: 'advisor' }],
])('an account that %s says nothing of its customer', async (_, news) => {
  const gita = await openAccount()
  await change({ ...gita, ...news, fullName: 'Somebody Else', phone: newPhone() })
  expect(await shown(gita)).toMatchObject({ mobileNumber: gita.phone, suggestion: null })
})
