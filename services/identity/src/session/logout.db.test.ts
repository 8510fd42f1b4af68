import { readConfig } from '@forecourt/platform/config'
import { elsewhere } from '@forecourt/testing/elsewhere'
import { eventually } from '@forecourt/testing/eventually'
import { ownKeys } from '@forecourt/testing/own-keys'
import { kiran } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seed, SeedConfig } from '../seed.ts'
import { identity } from '../service.ts'

let stack: Stack
let other: Stack
beforeAll(async () => {
  stack = await openStack(identity, { ...(await ownKeys()), BCRYPT_ROUNDS: '4' })
  await seed(readConfig(SeedConfig, { ...stack.env, FORECOURT_SEED: 'development' }).config)
  const { JWKS_URL = '', KAFKA_PREFIX = '' } = stack.env
  other = await openStack(elsewhere, { JWKS_URL, KAFKA_PREFIX })
})
afterAll(async () => {
  await other?.close()
  await stack?.close()
})

interface Tokens {
  accessToken: string
  refreshToken: string
}

async function signIn(): Promise<Tokens> {
  const body = { phone: '9000000003', password: 'Forecourt#2026' }
  return (await stack.call<Tokens>('POST /auth/login', { body })).data
}

const statusHere = async (token: string) => (await stack.call('GET /auth/me', { token })).status
const statusThere = async (token: string) => (await other.call('GET /elsewhere', { token })).status

test('whoever signs out is refused here at once, and elsewhere when that was told', async () => {
  await eventually('a consumer that listens elsewhere', async () => {
    return (await fetch(`${other.url}/readyz`)).status === 200
  })
  const { accessToken: token, refreshToken } = await signIn()
  expect(await statusHere(token)).toBe(200)
  expect(await statusThere(token)).toBe(200)

  const { status, data, body } = await stack.call('POST /auth/logout', { token })
  expect(status).toBe(200)
  expect(data).toBeNull()
  expect(body.success).toBe(true)
  expect(await statusHere(token)).toBe(401)
  await eventually('a refusal', async () => (await statusThere(token)) === 401)

  const refreshed = await stack.call('POST /auth/refresh-token', { body: { refreshToken } })
  expect(refreshed.status).toBe(401)
  const again = await stack.call('POST /auth/logout', { token })
  expect(again.status).toBe(401)
  expect(again.body.error).toMatchObject({ code: 'AUTH_002', reason: 'session_ended' })
})

test('signing out is told and audited', async () => {
  const { accessToken: token } = await signIn()
  const me = await stack.call('GET /auth/me', { token })
  await stack.call('POST /auth/logout', { token })
  const line = await stack.topics.next(
    'identity.audit.recorded.v1',
    ({ data }) => data?.['action'] === 'POST /auth/logout' && data['userId'] === me.data.id,
  )
  expect(line.data).toMatchObject({ outcome: 'done' })
  const told = await stack.topics.next('identity.session.ended.v1')
  expect(Object.keys(told.data ?? {}).toSorted()).toEqual(['forgetAt', 'sessionId', 'tokensBefore'])
  const { rows } = await stack.admin.query(
    `select forget_at > now() + interval '7 days' as "outlivesItsTokens" from ended_session`,
  )
  expect(rows[0]).toEqual({ outlivesItsTokens: true })
})

test('signing out ends one session, and ten times at once ends it once', async () => {
  const desk = await signIn()
  const phone = await signIn()
  const calls = Array.from({ length: 10 }, () =>
    stack.call('POST /auth/logout', { token: desk.accessToken }),
  )
  const statuses = (await Promise.all(calls)).map(({ status }) => status)
  expect(statuses).toContain(200)
  expect(statuses.filter((status) => status !== 200 && status !== 401)).toEqual([])
  expect(await statusHere(desk.accessToken)).toBe(401)
  expect(await statusHere(phone.accessToken)).toBe(200)
  const { rows } = await stack.admin.query('select version from session where ended_at is not null')
  expect(new Set(rows.map(({ version }) => version))).toEqual(new Set([2]))
})

test('nobody signs out without a token, or with one of strangers', async () => {
  expect((await stack.call('POST /auth/logout')).status).toBe(401)
  expect((await stack.call('POST /auth/logout', { as: kiran })).status).toBe(401)
})
