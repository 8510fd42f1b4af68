import { randomUUIDv7 } from 'node:crypto'
import { CustomerErased, CustomerRegistered } from '@forecourt/contracts/customer-vehicle-events'
import { KeyRing, readConfig } from '@forecourt/platform/config'
import { personalData } from '@forecourt/platform/personal'
import { eventually } from '@forecourt/testing/eventually'
import { customerFact } from '@forecourt/testing/facts'
import { garaging, ownerForm } from '@forecourt/testing/garaging'
import { seededPassword, type SignedIn } from '@forecourt/testing/managing'
import { ownKeys } from '@forecourt/testing/own-keys'
import { testPersonalTables } from '@forecourt/testing/personal-tables'
import { tracesInTables, tracesInTopics } from '@forecourt/testing/person-traces'
import { publish } from '@forecourt/testing/publish'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { seed, SeedConfig } from '../seed.ts'
import { identity } from '../service.ts'
import { accountTables, customerTables } from './personal-tables.queries.ts'

let stack: Stack
beforeAll(async () => {
  const env = { ...(await ownKeys()), BCRYPT_ROUNDS: '4', APP_DEBUG: 'true' }
  stack = await openStack(identity, env)
  await seed(readConfig(SeedConfig, { ...stack.env, FORECOURT_SEED: 'development' }).config)
})
afterAll(() => stack?.close())
beforeEach(() => stack.redis.flushdb())

const personal = personalData(
  KeyRing.parse(testSecrets.PERSONAL_KEYS),
  KeyRing.parse(testSecrets.BLIND_INDEX_KEY),
)

const { begun, locate } = garaging(() => stack.call)

let people = 0

/** Somebody who opened an account and is signed in. */
async function signedUp() {
  people += 1
  const [phone, email] = [`+91980770000${people}`, `zubeida.${people}@unmistakable.example`]
  const known = { phone, email, name: `Zubeida Quill${people}` }
  const person = { ...known, password: 'password123' }
  const sent = await stack.call<{ otp_for_testing: string }>('POST /customers/send-otp', {
    body: person,
  })
  const { data } = await stack.call<{ customerId: string }>('POST /customers/verify-otp', {
    body: { phone, otp: sent.data.otp_for_testing },
  })
  const login = await stack.call<{ accessToken: string; refreshToken: string }>(
    'POST /auth/login',
    { body: { phone, password: person.password } },
  )
  return { known, person, accountId: data.customerId, ...login.data }
}

async function erased(person: { customerId: string; accountId: string | null }): Promise<void> {
  const eventId = await publish(stack, CustomerErased, person, { version: 9 })
  await eventually('the erasure', async () => {
    const { rowCount } = await stack.admin.query('select from inbox where event_id = $1', [eventId])
    return rowCount === 1
  })
}

test('the account of an erased person is no more, nor anything it was known by', async () => {
  const { known, accountId, accessToken, refreshToken } = await signedUp()
  await stack.call('POST /auth/forgot-password', { body: { email: known.email } })
  expect(await tracesInTables(stack, 'identity', known)).not.toEqual([])
  await erased({ customerId: accountId, accountId })
  await stack.topics.next(
    'identity.user.changed.v1',
    ({ key, data }) => key === accountId && data === null,
  )
  expect(await tracesInTables(stack, 'identity', known)).toEqual([])
  expect(tracesInTopics(await stack.told(), known)).toEqual([])
  expect((await stack.call('GET /auth/me', { token: accessToken })).status).toBe(401)
  const body = { refreshToken }
  expect((await stack.call('POST /auth/refresh-token', { body })).status).toBe(401)
})

test('phone and e-mail are free for a new account', async () => {
  const { known, person, accountId } = await signedUp()
  await erased({ customerId: accountId, accountId })
  await stack.redis.flushdb()
  const sent = await stack.call<{ otp_for_testing: string }>('POST /customers/send-otp', {
    body: person,
  })
  const { status, data } = await stack.call<{ customerId: string }>('POST /customers/verify-otp', {
    body: { phone: known.phone, otp: sent.data.otp_for_testing },
  })
  expect(status).toBe(201)
  expect(data.customerId).not.toBe(accountId)
})

test('a garage that the person wanted to open is forgotten too', async () => {
  const { known, accountId } = await signedUp()
  const { userId } = await begun(ownerForm({ email: known.email }))
  await erased({ customerId: accountId, accountId })
  expect(await tracesInTables(stack, 'identity', known)).toEqual([])
  expect((await locate(userId)).status).toBe(404)
})

test('whoever works here keeps the account', async () => {
  const { rows } = await stack.admin.query<{ id: string }>(
    `select id from "user" where role = 'advisor' limit 1`,
  )
  const accountId = rows[0]?.id ?? ''
  await erased({ customerId: accountId, accountId })
  const { rowCount } = await stack.admin.query('select from "user" where id = $1', [accountId])
  expect(rowCount).toBe(1)
})

test('a customer without an account is no longer known to be able to open one', async () => {
  const phone = '+919807799999'
  const customer = customerFact({ phone })
  const { customerId } = customer
  await publish(stack, CustomerRegistered, customer)
  await expect.poll(() => tracesInTables(stack, 'identity', { phone })).not.toEqual([])
  await erased({ customerId, accountId: null })
  expect(await tracesInTables(stack, 'identity', { phone })).toEqual([])
})

test('whatever belongs to an account goes with it', async () => {
  const { rows } = await stack.admin.query<{ name: string }>(
    `select conrelid::regclass::text as name from pg_constraint
      where confrelid = '"user"'::regclass and contype = 'f' and confdeltype <> 'c'`,
  )
  // Customers own no garage and run no center: whoever does has another role.
  expect(rows.map(({ name }) => name).toSorted()).toEqual(['garage', 'service_center'])
})

test('whose account it is says customer-vehicle alone: nobody else makes a pair of two ids', async () => {
  const { known, accountId } = await signedUp()
  const customerId = randomUUIDv7()
  const { data: manager } = await stack.call<SignedIn>('POST /auth/login', {
    body: { email: 'manager@forecourt.test', password: seededPassword },
  })
  const exported = (token: string, account: string, pair?: string) =>
    stack.call<{ kept: { user?: { email: string }[] } }>(
      `GET /personal-data/identity/${customerId}`,
      { token, query: { accountId: account, ...(pair && { pair }) } },
    )
  const pair = personal.blindIndex('pair', `${customerId}|${accountId}`)
  const own = manager.user.id
  const ends = [
    await exported(manager.accessToken, own),
    await exported(manager.accessToken, own, pair),
  ]
  expect(ends.map(({ status }) => status)).toEqual([404, 404])
  const { data: kiran } = await stack.call<SignedIn>('POST /auth/login', {
    body: { email: 'admin@forecourt.test', password: seededPassword },
  })
  expect((await exported(kiran.accessToken, accountId)).status).toBe(404)
  const { status, data } = await exported(kiran.accessToken, accountId, pair)
  expect([status, data.kept.user?.[0]?.email]).toEqual([200, known.email])
})

testPersonalTables(identity, [...accountTables, ...customerTables], () => stack, {
  service_center: 'centers',
  service_center_zone: 'centers',
  role: 'roles',
  signing_key: 'keys',
  login_failure: 'ends with its account',
  otp: 'found by the digests of the phone, and dropped',
  sign_up: 'found by the digest of the phone, and dropped',
  phone_proof: 'unproved, ends within the hour',
  username_counter: 'keyed digests of names, of nobody',
  garage: 'customers own none',
  garage_registration: 'of garages, ends within a day',
  setting: 'what administrators have decided',
})
