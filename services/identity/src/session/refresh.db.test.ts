import { createHash } from 'node:crypto'
import { readConfig } from '@forecourt/platform/config'
import { statements } from '@forecourt/platform/database'
import { systemScope } from '@forecourt/platform/scope'
import { ownKeys } from '@forecourt/testing/own-keys'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seed, SeedConfig } from '../seed.ts'
import { identity } from '../service.ts'

const password = 'Forecourt#2026'
const email = 'advisor@forecourt.test'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(identity, { ...(await ownKeys()), BCRYPT_ROUNDS: '4' })
  const env = { ...stack.env, FORECOURT_SEED: 'development' }
  await seed(readConfig(SeedConfig, env).config)
})
afterAll(() => stack?.close())

interface Tokens {
  accessToken: string
  refreshToken: string
  tokenType: string
  expiresIn: number
}

async function signIn(): Promise<Tokens> {
  return (await stack.call<Tokens>('POST /auth/login', { body: { email, password } })).data
}

function refresh(refreshToken: string) {
  return stack.call<Tokens>('POST /auth/refresh-token', { body: { refreshToken } })
}

async function isSignedIn({ accessToken }: Tokens): Promise<boolean> {
  return (await stack.call('GET /auth/me', { token: accessToken })).status === 200
}

function sessionIdOf({ accessToken }: Tokens): string {
  const [, payload = ''] = accessToken.split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString()).sid
}

async function sessionOf(tokens: Tokens) {
  const { rows } = await stack.admin.query('select * from session where id = $1', [
    sessionIdOf(tokens),
  ])
  return rows[0]
}

/** Lets the time since the last rotation pass, by the clock that judges it. */
async function letPass(tokens: Tokens, seconds: number): Promise<void> {
  await stack.admin.query(
    'update session set rotated_at = rotated_at - make_interval(secs => $2) where id = $1',
    [sessionIdOf(tokens), seconds],
  )
}

describe('a refresh token', () => {
  test('is exchanged for a new one and a new access token of the same session', async () => {
    const first = await signIn()
    const { status, data, headers } = await refresh(first.refreshToken)
    expect(status).toBe(200)
    expect(data).toMatchObject({ tokenType: 'Bearer', expiresIn: 604_800 })
    expect(data.refreshToken).not.toBe(first.refreshToken)
    expect(sessionIdOf(data)).toBe(sessionIdOf(first))
    expect(headers.get('cache-control')).toBe('no-store')
    expect(await isSignedIn(data)).toBe(true)
    expect((await refresh(data.refreshToken)).status).toBe(200)
  })

  test('leaves a line that says whose it was, and not what it is', async () => {
    const first = await signIn()
    const { data, body } = await refresh(first.refreshToken)
    const line = await stack.topics.next(
      'identity.audit.recorded.v1',
      (event) => event.data?.['requestId'] === body.meta.requestId,
    )
    const { user_id: userId } = await sessionOf(data)
    expect(line.data).toMatchObject({ action: 'POST /auth/refresh-token', outcome: 'done', userId })
    for (const { refreshToken } of [first, data]) {
      expect(JSON.stringify(line.data)).not.toContain(refreshToken)
    }
  })

  test('is not in the database, nor what would open its successor there', async () => {
    const first = await signIn()
    const { data } = await refresh(first.refreshToken)
    const row = JSON.stringify(await sessionOf(data))
    const digest = createHash('sha256').update(data.refreshToken).digest('base64url')
    expect(row).toContain(digest)
    for (const token of [first.refreshToken, data.refreshToken]) expect(row).not.toContain(token)
  })

  test('lives for thirty days from its making', async () => {
    const first = await signIn()
    await stack.admin.query(
      `update session set expires_at = now() + interval '1 minute' where id = $1`,
      [sessionIdOf(first)],
    )
    const { data } = await refresh(first.refreshToken)
    const { rows } = await stack.admin.query(
      `select expires_at > now() + interval '719 hours' as "isLong" from session where id = $1`,
      [sessionIdOf(data)],
    )
    expect(rows).toEqual([{ isLong: true }])
    await stack.admin.query('update session set expires_at = now() where id = $1', [
      sessionIdOf(data),
    ])
    expect((await refresh(data.refreshToken)).status).toBe(401)
  })

  test.each([
    ['made up', 'A'.repeat(43)],
    ['an access token', 'eyJhbGciOiJFZERTQSJ9.e30.AAAA'],
  ])('that is %s is refused', async (_what, token) => {
    const { status, body } = await refresh(token)
    expect(status).toBe(401)
    expect(body.error).toMatchObject({ code: 'AUTH_002', reason: 'refresh_token_invalid' })
  })

  test.each([{}, { refreshToken: '' }, { refreshToken: 7 }, { refreshToken: 'x'.repeat(600) }])(
    'is asked for: %j',
    async (body) => {
      expect((await stack.call('POST /auth/refresh-token', { body })).status).toBe(422)
    },
  )

  test('is worth nothing while the account is not active', async () => {
    const tokens = await signIn()
    await stack.admin.query(`update "user" set status = 'suspended' where role = 'advisor'`)
    const refused = await refresh(tokens.refreshToken)
    await stack.admin.query(`update "user" set status = 'active' where role = 'advisor'`)
    expect(refused.status).toBe(403)
    expect(refused.body.error?.reason).toBe('account_not_active')
  })

  test('brings the role and the centers that the account has now', async () => {
    const tokens = await signIn()
    await stack.admin.query(`update "user" set role = 'technician' where role = 'advisor'`)
    const { data } = await refresh(tokens.refreshToken)
    const me = await stack.call('GET /auth/me', { token: data.accessToken })
    await stack.admin.query(
      `update "user" set role = 'advisor' where id = (select user_id from session where id = $1)`,
      [sessionIdOf(tokens)],
    )
    expect(me.data).toMatchObject({ role: 'technician' })
    const claims = JSON.parse(
      Buffer.from(data.accessToken.split('.')[1] ?? '', 'base64url').toString(),
    )
    expect(claims.roles).toEqual(['technician'])
  })
})

describe('two tabs', () => {
  test('that exchange one token within ten seconds both go on, with one successor', async () => {
    const first = await signIn()
    const one = await refresh(first.refreshToken)
    await letPass(first, 9)
    const other = await refresh(first.refreshToken)
    expect(other.status).toBe(200)
    expect(other.data.refreshToken).toBe(one.data.refreshToken)
    expect(await isSignedIn(one.data)).toBe(true)
    expect(await isSignedIn(other.data)).toBe(true)
  })

  test('and twenty-eight more at the same moment make one rotation', async () => {
    const first = await signIn()
    const answers = await Promise.all(Array.from({ length: 30 }, () => refresh(first.refreshToken)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 200))
    expect(new Set(answers.map(({ data }) => data.refreshToken)).size).toBe(1)
    const { rowCount } = await stack.admin.query('select from spent_token where session_id = $1', [
      sessionIdOf(first),
    ])
    expect(rowCount).toBe(1)
  })
})

describe('a token that was copied', () => {
  async function expectEnded(tokens: Tokens): Promise<void> {
    expect(await isSignedIn(tokens)).toBe(false)
    expect((await refresh(tokens.refreshToken)).status).toBe(401)
    expect(await sessionOf(tokens)).toMatchObject({ ended_by: 'reuse', version: 2 })
    const told = await stack.topics.next(
      'identity.session.ended.v1',
      ({ key }) => key === sessionIdOf(tokens),
    )
    expect(told.headers).toMatchObject({ ce_sequence: '2' })
    const line = await stack.topics.next(
      'identity.audit.recorded.v1',
      ({ data }) => data?.['entityId'] === sessionIdOf(tokens),
    )
    expect(line.data).toMatchObject({
      userId: expect.any(String),
      entity: 'session',
      outcome: 'refused',
      reason: 'refresh_token_reused',
    })
  }

  test('ends the session when it is used after the grace', async () => {
    const first = await signIn()
    const { data } = await refresh(first.refreshToken)
    await letPass(first, 11)
    expect((await refresh(first.refreshToken)).status).toBe(401)
    await expectEnded(data)
  })

  test('ends the session when a successor was exchanged already, however soon', async () => {
    const first = await signIn()
    const second = await refresh(first.refreshToken)
    const third = await refresh(second.data.refreshToken)
    expect((await refresh(first.refreshToken)).status).toBe(401)
    await expectEnded(third.data)
  })

  test('does not stretch the grace by being used again and again', async () => {
    const first = await signIn()
    const { data } = await refresh(first.refreshToken)
    await letPass(first, 6)
    expect((await refresh(first.refreshToken)).status).toBe(200)
    await letPass(first, 6)
    expect((await refresh(first.refreshToken)).status).toBe(401)
    await expectEnded(data)
  })

  test('ends the session once, though thirty use it at the same moment', async () => {
    const first = await signIn()
    await refresh(first.refreshToken)
    await letPass(first, 11)
    const answers = await Promise.all(Array.from({ length: 30 }, () => refresh(first.refreshToken)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]))
    expect(await sessionOf(first)).toMatchObject({ ended_by: 'reuse', version: 2 })
  })

  test('is known for a year after its exchange, and forgotten then', async () => {
    const late = await signIn()
    const { data: current } = await refresh(late.refreshToken)
    const later = await signIn()
    const { data: untouched } = await refresh(later.refreshToken)
    for (const [tokens, days] of [[late, 364] as const, [later, 366] as const]) {
      await letPass(tokens, days * 86_400)
      await stack.admin.query(
        'update spent_token set spent_at = now() - make_interval(days => $2) where session_id = $1',
        [sessionIdOf(tokens), days],
      )
    }
    await forgetSpent()
    expect((await refresh(late.refreshToken)).status).toBe(401)
    await expectEnded(current)
    expect((await refresh(later.refreshToken)).status).toBe(401)
    expect(await isSignedIn(untouched)).toBe(true)
  })

  test('leaves the other sessions of the account alone', async () => {
    const phone = await signIn()
    const desk = await signIn()
    await refresh(desk.refreshToken)
    await letPass(desk, 11)
    await refresh(desk.refreshToken)
    expect(await isSignedIn(desk)).toBe(false)
    expect(await isSignedIn(phone)).toBe(true)
  })
})

async function forgetSpent(): Promise<void> {
  const job = identity.jobs?.find(({ name }) => name === 'forget-spent-tokens')
  const db = statements<never>(stack.house.pool, systemScope(), 'read write')
  await job?.run({ db, pool: stack.house.pool, log: stack.house.log } as never)
}
