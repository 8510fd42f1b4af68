import { randomUUID } from 'node:crypto'
import { readConfig } from '@forecourt/platform/config'
import { open } from '@forecourt/platform/run'
import { caller } from '@forecourt/testing/caller'
import { ownKeys } from '@forecourt/testing/own-keys'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seed, SeedConfig } from '../seed.ts'
import { identity } from '../service.ts'

const password = 'Forecourt#2026'
const asha = 'advisor@forecourt.test'
const stranger = 'nobody@forecourt.test'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(identity, { ...(await ownKeys()), BCRYPT_ROUNDS: '5' })
  const env = { ...stack.env, FORECOURT_SEED: 'development' }
  await seed(readConfig(SeedConfig, env).config)
})
afterAll(() => stack?.close())

interface SignedIn {
  user: Record<string, unknown> & {
    id: string
    serviceCenterId: string
    serviceCenterIds: string[]
  }
  accessToken: string
  refreshToken: string
  tokenType: string
  expiresIn: number
}

let addresses = 0
/** Every request from an address of its own, so that no test spends another's budget. */
function login(body: unknown, headers: Record<string, string> = {}) {
  addresses += 1
  const from = `198.51.${addresses >> 8}.${addresses & 255}`
  const all = { 'x-forwarded-for': from, ...headers }
  return stack.call<SignedIn>('POST /auth/login', { body, headers: all })
}

describe('signing in', () => {
  test('answers the account and its tokens, and keeps a session', async () => {
    const { status, data, body, headers } = await login({ email: asha, password })
    expect(status).toBe(200)
    expect(body).toMatchObject({ success: true, status: 200 })
    expect(data).toMatchObject({ tokenType: 'Bearer', expiresIn: 604_800 })
    const [, payload = ''] = data.accessToken.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    expect(claims).toEqual({
      iss: 'forecourt',
      aud: 'forecourt-api',
      sub: data.user.id,
      sid: expect.any(String),
      roles: ['advisor'],
      centers: data.user.serviceCenterIds,
      iat: expect.any(Number),
      exp: claims.iat + 604_800,
    })
    expect(data.user).toMatchObject({
      email: asha,
      phone: '+919000000003',
      fullName: 'Asha Joshi',
      firstName: 'Asha',
      lastName: 'Joshi',
      role: 'advisor',
      status: 'active',
      isActive: true,
      serviceCenterIds: [data.user.serviceCenterId],
    })
    expect(data.user['permissions']).toContain('customer.read')
    expect(headers.get('cache-control')).toBe('no-store')
    const { rows } = await stack.admin.query(
      'select * from session where user_id = $1 and ended_at is null',
      [data.user.id],
    )
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toContain(data.refreshToken)
  })

  test('shows no hash and no digest, neither in the answer nor in the audit', async () => {
    const { text, data } = await login({ email: asha, password })
    const line = await stack.topics.next('identity.audit.recorded.v1', ({ data: told }) =>
      JSON.stringify(told).includes(data.user.id),
    )
    expect(line.data).toMatchObject({ action: 'POST /auth/login', outcome: 'done' })
    const { id: userId, serviceCenterId } = data.user
    expect(line.data).toMatchObject({ userId, role: 'advisor', serviceCenterId })
    for (const shown of [text, JSON.stringify(line.data)]) {
      expect(shown).not.toMatch(/\$2b\$|passwordHash|emailIndex|phoneIndex/)
    }
    const audited = JSON.stringify(line.data)
    for (const secret of [asha, '9000000003', 'Asha', data.accessToken, data.refreshToken]) {
      expect(audited).not.toContain(secret)
    }
  })

  test.each(['9000000003', '+91 90000 00003', '090000-00003', '९००००००००३', '0091 9000000003'])(
    'takes the phone as it is typed: %s',
    async (phone) => {
      const { status, data } = await login({ phone, password })
      expect(status).toBe(200)
      expect(data.user).toMatchObject({ email: asha })
    },
  )

  test('takes the e-mail address in capitals', async () => {
    const { status } = await login({ email: ' Advisor@FORECOURT.test ', password })
    expect(status).toBe(200)
  })

  test('gives a token that opens what the role may do, in the own center only', async () => {
    const { data } = await login({ email: asha, password })
    const centers = await stack.call('GET /admin/service-centers', { token: data.accessToken })
    expect(centers.body.pagination?.total).toBe(1)
    const me = await stack.call('GET /auth/me', { token: data.accessToken })
    expect(me.status).toBe(200)
    expect(me.data).toMatchObject({ ...data.user, lastLogin: expect.any(String) })
  })

  test('is not disturbed by a token that ran out', async () => {
    const headers = { authorization: 'Bearer worn.out.token' }
    expect((await login({ email: asha, password }, headers)).status).toBe(200)
  })
})

describe('a wrong password', () => {
  test('answers a stranger and a member alike', async () => {
    const known = await login({ email: asha, password: 'not it' })
    const unknown = await login({ email: stranger, password: 'not it' })
    expect(known.status).toBe(401)
    expect(known.body.error).toMatchObject({ code: 'AUTH_001', reason: 'credentials_wrong' })
    expect({ ...known.body, meta: null }).toEqual({ ...unknown.body, meta: null })
    const names = (headers: Headers) => [...headers.keys()].toSorted()
    expect(names(known.headers)).toEqual(names(unknown.headers))
    expect(known.headers.get('content-length')).toBe(unknown.headers.get('content-length'))
  })

  test('costs the same work for a stranger and a member', async () => {
    const slow = await openStack(identity, { BCRYPT_ROUNDS: '10' })
    await seed(readConfig(SeedConfig, { ...slow.env, FORECOURT_SEED: 'development' }).config)
    // Counted in processor time, which a busy machine does not stretch.
    async function workOf(email: string): Promise<number> {
      const begun = process.cpuUsage()
      await slow.call('POST /auth/login', { body: { email, password: 'not it' } })
      const { user, system } = process.cpuUsage(begun)
      return user + system
    }
    // The first round makes connections, plans and the decoy.
    for (const email of [asha, stranger]) await workOf(email)
    const ratios = []
    for (let round = 0; round < 7; round += 1) {
      ratios.push((await workOf(asha)) / (await workOf(stranger)))
    }
    await slow.close()
    // Without the decoy's hash a stranger costs a fifth.
    expect(medianOf(ratios)).toBeGreaterThan(0.5)
    expect(medianOf(ratios)).toBeLessThan(2)
  })

  test.each([
    ['the account, by e-mail', { email: asha }, asha],
    ['the account, by phone', { phone: '9000000003' }, asha],
    ['nobody for a stranger', { email: stranger }, undefined],
  ])('is audited, and the line names %s, but not what was typed', async (_, typed, account) => {
    const requestId = randomUUID()
    const headers = { 'x-request-id': requestId }
    const { text } = await login({ ...typed, password: 'not it' }, headers)
    const line = await stack.topics.next(
      'identity.audit.recorded.v1',
      ({ data }) => data?.['requestId'] === requestId,
    )
    const refused = { outcome: 'refused', reason: 'credentials_wrong', userId: null }
    const entityId = account ? await idOf(account) : null
    expect(line.data).toMatchObject({ action: 'POST /auth/login', ...refused, entityId })
    expect(JSON.stringify(line.data)).not.toMatch(/@|9000000003/)
    expect(text).not.toContain(await idOf(asha))
  })

  test('for an account without a password is like any other', async () => {
    await stack.admin.query(`update "user" set password_hash = null where id = $1`, [
      await idOf('engineer@forecourt.test'),
    ])
    const { status } = await login({ email: 'engineer@forecourt.test', password })
    expect(status).toBe(401)
  })
})

describe('the right password of an account that is not active', () => {
  test.each(['pending_verification', 'verified', 'suspended', 'rejected'])(
    'opens nothing: %s',
    async (status) => {
      const email = 'technician@forecourt.test'
      const id = await idOf(email)
      await stack.admin.query('update "user" set status = $2 where id = $1', [id, status])
      const refused = await login({ email, password })
      expect(refused.status).toBe(403)
      expect(refused.body.error).toMatchObject({ reason: 'account_not_active' })
      expect((await login({ email, password: 'not it' })).status).toBe(401)
      const { rowCount } = await stack.admin.query('select from session where user_id = $1', [id])
      expect(rowCount).toBe(0)
    },
  )
})

describe('a body that is no sign-in', () => {
  const long = 'p'.repeat(72)
  test.each([
    ['nothing', {}],
    ['no password', { email: asha }],
    ['an empty password', { email: asha, password: '' }],
    ['both names', { email: asha, phone: '9000000003', password }],
    ['a number for a password', { email: asha, password: 12_345_678 }],
    ['a list of passwords', { email: asha, password: [password] }],
    ['a password of 73 bytes', { email: asha, password: `${long}x` }],
    ['a password of 73 bytes in 25 letters', { email: asha, password: `${'€'.repeat(24)}x` }],
    ['a password of a megabyte', { email: asha, password: 'x'.repeat(1_000_000) }],
    ['a NUL in the password', { email: asha, password: `${password}\0` }],
    ['a phone of letters', { phone: 'CALL-ME', password }],
    ['a pattern for an address', { email: { $ne: '' }, password }],
  ])('is refused before any work: %s', async (_what, body) => {
    const { status, body: answer } = await login(body)
    expect(status).toBe(422)
    expect(answer.error?.reason).toBe('body_invalid')
    expect(Object.keys(answer.errors ?? {})).not.toHaveLength(0)
  })

  test('is not what a password of 72 bytes is', async () => {
    expect((await login({ email: asha, password: long })).status).toBe(401)
  })
})

test('a password that was changed while it was checked opens nothing', async () => {
  const email = 'inventory@forecourt.test'
  const id = await idOf(email)
  const client = await stack.admin.connect()
  await client.query('begin')
  // Whoever signs in now finds the old hash, and waits here for the new one.
  await client.query(`update identity."user" set password_hash = 'changed' where id = $1`, [id])
  const signingIn = login({ email, password })
  await expect
    .poll(async () => {
      const { rowCount } = await stack.admin.query(
        `select from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'
            and query ilike '%password_hash%for update%'`,
      )
      return rowCount
    })
    .toBe(1)
  await client.query('commit')
  client.release()
  expect((await signingIn).status).toBe(401)
})

test('while Redis is away nobody signs in, and everybody else goes on', async () => {
  const { data } = await login({ email: asha, password })
  const env = { ...stack.env, PORT: '0', ROLE: 'api', REDIS_URL: 'redis://127.0.0.1:1' }
  const lame = await open(identity, env)
  const call = caller(lame.url)
  const refused = await call('POST /auth/login', { body: { email: asha, password } })
  const me = await call('GET /auth/me', { token: data.accessToken })
  await lame.close()
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
  expect(me.status).toBe(200)
})

test('the documentation says what to send and what comes back', async () => {
  const document = (await (await fetch(`${stack.url}/openapi.json`)).json()) as OpenApi
  const { requestBody, responses } = document.paths['/auth/login']?.['post'] ?? {}
  expect(JSON.stringify(requestBody)).toMatch(/email.*phone.*password/)
  expect(JSON.stringify(responses)).toContain('SignedIn')
  const opening = JSON.stringify(document.paths['/admin/service-centers']?.['post']?.requestBody)
  expect(opening).toMatch(/zipCode/)
})

interface OpenApi {
  paths: Record<string, Record<string, { requestBody?: unknown; responses?: unknown }>>
}

const ids = new Map<string, string>()
async function idOf(email: string): Promise<string> {
  const known = ids.get(email)
  if (known !== undefined) return known
  const { data } = await login({ email, password })
  await stack.admin.query('delete from session where user_id = $1', [data.user.id])
  ids.set(email, data.user.id)
  return data.user.id
}

function medianOf(values: number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN
}
