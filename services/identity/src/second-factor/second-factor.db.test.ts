import { readConfig } from '@forecourt/platform/config'
import { sleep } from '@forecourt/platform/pause'
import { managing, seededPassword, signIn, type SignedIn } from '@forecourt/testing/managing'
import { ownKeys } from '@forecourt/testing/own-keys'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { seed, SeedConfig } from '../seed.ts'
import { identity } from '../service.ts'

const password = 'Workshop#1'

let stack: Stack
let kiran: SignedIn
let priya: SignedIn
beforeAll(async () => {
  stack = await openStack(identity, { ...(await ownKeys()), BCRYPT_ROUNDS: '4' })
  await seed(readConfig(SeedConfig, { ...stack.env, FORECOURT_SEED: 'development' }).config)
  kiran = await signIn(stack.call, 'admin@forecourt.test')
  priya = await signIn(stack.call, 'manager@forecourt.test')
})
afterAll(() => stack?.close())

const { newPerson } = managing(() => stack.call)

interface Guarded {
  id: string
  email: string
  token: string
  secret: string
  recoveryCodes: string[]
}

interface Challenge {
  mfaRequired: true
  mfaToken: string
  expiresIn: number
}

let addresses = 0
/** Every request from an address of its own, so that no test spends another's budget. */
function post<Data = SignedIn>(path: string, body: object, token?: string) {
  addresses += 1
  const headers = { 'x-forwarded-for': `198.51.${addresses >> 8}.${addresses & 255}` }
  const by = token === undefined ? {} : { token }
  return stack.call<Data>(`POST /auth/${path}`, { body, headers, ...by })
}

/** The code of the app, `away` steps from now. */
function codeOf(secret: string, away = 0): string {
  const app = new TOTP({ secret: Secret.fromBase32(secret), digits: 6, period: 30 })
  return app.generate({ timestamp: Date.now() + away * 30_000 })
}

/** Somebody new who has no second factor yet. */
async function newcomer() {
  const person = await newPerson(kiran, { password, serviceCenterId: centerOf(priya) })
  const signedIn = await signIn(stack.call, person.email, password)
  return { id: person.id, email: person.email, signedIn, token: signedIn.accessToken }
}

function centerOf({ user }: SignedIn): string {
  return user.serviceCenterIds[0] ?? ''
}

/** Somebody new whose app is set up, and who has used no code since. */
async function guarded(): Promise<Guarded> {
  const { id, email, token } = await newcomer()
  const enrolled = await post<{ secret: string }>(
    'mfa/enroll',
    { currentPassword: password },
    token,
  )
  const { secret } = enrolled.data
  const confirmed = await confirm(token, secret)
  await forgetSteps(id)
  return { id, email, token, secret, recoveryCodes: confirmed.data.recoveryCodes }
}

function confirm(token: string, secret: string) {
  const body = { code: codeOf(secret) }
  return post<{ recoveryCodes: string[] }>('mfa/confirm', body, token)
}

/** As if half a minute had passed since the last code. */
async function forgetSteps(id: string) {
  await stack.admin.query('update second_factor set last_step = null where user_id = $1', [id])
}

/** What a test says of the steps around this one must hold until its answer is there. */
async function earlyInStep(): Promise<void> {
  const leftMs = 30_000 - (Date.now() % 30_000)
  if (leftMs < 5_000) await sleep(leftMs)
}

async function challenge({ email }: Pick<Guarded, 'email'>, typed = password): Promise<string> {
  const { data, text } = await post<Challenge>('login', { email, password: typed })
  if (!data?.mfaToken) throw new Error(text)
  return data.mfaToken
}

const present = (mfaToken: string, code: string) => post('login/mfa', { mfaToken, code })

describe('a second factor that is set up', () => {
  test('is of no account until a code of the app was shown', async () => {
    const { email, token } = await newcomer()
    const { status, data } = await post<Record<string, string>>(
      'mfa/enroll',
      { currentPassword: password },
      token,
    )
    expect(status).toBe(201)
    expect(data['secret']).toMatch(/^[A-Z2-7]{32}$/)
    const uri = new URL(data['otpauthUri'] ?? '')
    expect(uri.host).toBe('totp')
    expect(Object.fromEntries(uri.searchParams)).toEqual({
      issuer: 'Forecourt',
      secret: data['secret'],
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    })
    expect(decodeURIComponent(uri.pathname)).toContain(email)
    const { data: signedIn } = await post('login', { email, password })
    expect(signedIn.accessToken).toBeTruthy()
    expect(signedIn.user).toMatchObject({ mfaEnabled: false })
  })

  test('is confirmed by a code, gives recovery codes once, and ends all other sessions', async () => {
    const { id, email, token } = await newcomer()
    const elsewhere = await signIn(stack.call, email, password)
    const { data } = await post<{ secret: string }>(
      'mfa/enroll',
      { currentPassword: password },
      token,
    )
    const wrong = await post('mfa/confirm', { code: codeOf(data.secret, 5) }, token)
    expect(wrong.status).toBe(401)
    expect(wrong.body.error?.reason).toBe('mfa_code_wrong')
    const confirmed = await confirm(token, data.secret)
    expect(confirmed.status).toBe(200)
    expect(confirmed.headers.get('cache-control')).toBe('no-store')
    const { recoveryCodes } = confirmed.data
    expect(new Set(recoveryCodes).size).toBe(10)
    for (const code of recoveryCodes) expect(code).toMatch(/^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/)
    expect((await confirm(token, data.secret)).body.error?.reason).toBe('mfa_already_enabled')
    expect(
      (await post('mfa/enroll', { currentPassword: password }, token)).body.error?.reason,
    ).toBe('mfa_already_enabled')

    expect((await stack.call('GET /auth/me', { token: elsewhere.accessToken })).status).toBe(401)
    const me = await stack.call('GET /auth/me', { token })
    expect(me.data).toMatchObject({ id, mfaEnabled: true })
  })

  test('keeps its secret and its recovery codes from whoever reads tables and audit', async () => {
    const { id, secret, recoveryCodes } = await guarded()
    const { rows } = await stack.admin.query('select * from second_factor where user_id = $1', [id])
    const kept = JSON.stringify(rows)
    const lines = await Promise.all(
      ['enroll', 'confirm'].map((step) =>
        stack.topics.next('identity.audit.recorded.v1', ({ data }) => {
          const line = data as { action: string; userId: string }
          return line.action === `POST /auth/mfa/${step}` && line.userId === id
        }),
      ),
    )
    const told = JSON.stringify(lines.map(({ data }) => data))
    for (const hidden of [secret, ...recoveryCodes, ...recoveryCodes.map(plain)]) {
      expect(kept).not.toContain(hidden)
      expect(told).not.toContain(hidden)
    }
  })

  test('is begun by no token alone: the password is asked for, and guessed at no more', async () => {
    const { id, token } = await newcomer()
    const without = await post('mfa/enroll', {}, token)
    expect([without.status, Object.keys(without.body.errors ?? {})]).toEqual([
      422,
      ['currentPassword'],
    ])
    const trail = []
    for (let number = 0; number < 11; number += 1) {
      const { body } = await post('mfa/enroll', { currentPassword: `Guess#${number}` }, token)
      trail.push(body.error?.reason)
    }
    expect(trail).toEqual([...Array.from({ length: 10 }, () => 'password_wrong'), 'account_locked'])
    const { rows } = await stack.admin.query('select from second_factor where user_id = $1', [id])
    expect(rows).toEqual([])
  })

  test('is set up anew for as long as it was not confirmed', async () => {
    const { token } = await newcomer()
    const first = await post<{ secret: string }>('mfa/enroll', { currentPassword: password }, token)
    const second = await post<{ secret: string }>(
      'mfa/enroll',
      { currentPassword: password },
      token,
    )
    expect((await confirm(token, first.data.secret)).status).toBe(401)
    expect((await confirm(token, second.data.secret)).status).toBe(200)
  })

  test('cannot be confirmed where none was set up', async () => {
    const { token } = await newcomer()
    const { status, body } = await post('mfa/confirm', { code: '123456' }, token)
    expect([status, body.error?.reason]).toEqual([409, 'mfa_not_enrolled'])
  })
})

const plain = (code: string) => code.replaceAll('-', '')

describe('signing in with a second factor', () => {
  let ravi: Guarded
  // Somebody new each time: how many of a crowd are counted as wrong depends on who comes first.
  beforeEach(async () => {
    await earlyInStep()
    ravi = await guarded()
  })

  test('is answered by a token that opens nothing, and then by tokens', async () => {
    const { status, data } = await post<Challenge>('login', { email: ravi.email, password })
    expect(status).toBe(200)
    expect(data).toEqual({ mfaRequired: true, mfaToken: expect.any(String), expiresIn: 300 })
    const opened = await stack.call('GET /auth/me', { token: data.mfaToken })
    expect(opened.status).toBe(401)
    const { rows } = await stack.admin.query('select * from challenge where user_id = $1', [
      ravi.id,
    ])
    expect(JSON.stringify(rows)).not.toContain(data.mfaToken)
    const signedIn = await present(data.mfaToken, codeOf(ravi.secret))
    expect(signedIn.status).toBe(200)
    expect(signedIn.data).toMatchObject({ tokenType: 'Bearer', user: { id: ravi.id } })
    const me = await stack.call('GET /auth/me', { token: signedIn.data.accessToken })
    expect(me.data).toMatchObject({ id: ravi.id, lastLogin: expect.any(String) })
    const { refreshToken } = signedIn.data
    expect((await post('refresh-token', { refreshToken })).status).toBe(200)
  })

  test.each([-1, 0, 1])('takes the code %i steps away', async (away) => {
    expect((await present(await challenge(ravi), codeOf(ravi.secret, away))).status).toBe(200)
  })

  test.each([-2, 2])('refuses the code %i steps away', async (away) => {
    const { status } = await present(await challenge(ravi), codeOf(ravi.secret, away))
    expect(status).toBe(401)
  })

  test('takes a code with the space that apps show in it', async () => {
    const code = codeOf(ravi.secret).replace(/^(...)/, '$1 ')
    expect((await present(await challenge(ravi), code)).status).toBe(200)
  })

  test('accepts each step once, and none before the last one', async () => {
    const code = codeOf(ravi.secret)
    expect((await present(await challenge(ravi), code)).status).toBe(200)
    const again = await present(await challenge(ravi), code)
    expect([again.status, again.body.error?.reason]).toEqual([401, 'mfa_code_wrong'])
    const older = await present(await challenge(ravi), codeOf(ravi.secret, -1))
    expect(older.status).toBe(401)
  })

  test('lets one of sixteen in that present one code at one moment', async () => {
    const tokens = await Promise.all(Array.from({ length: 16 }, () => challenge(ravi)))
    const code = codeOf(ravi.secret)
    const answers = await Promise.all(tokens.map((token) => present(token, code)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(
      new Set(answers.map(({ status }) => status)).difference(new Set([200, 401, 429])),
    ).toEqual(new Set())
  })

  test('lets one of sixteen in that present one token at one moment', async () => {
    const token = await challenge(ravi)
    const codes = [codeOf(ravi.secret), ...ravi.recoveryCodes.slice(5, 8)]
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, at) => present(token, codes[at % 4] ?? '')),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('takes each recovery code once, however it is typed', async () => {
    const [code = '', other = ''] = ravi.recoveryCodes
    const typed = plain(code).toLowerCase()
    expect((await present(await challenge(ravi), typed)).status).toBe(200)
    expect((await present(await challenge(ravi), code)).status).toBe(401)
    const tokens = await Promise.all(Array.from({ length: 8 }, () => challenge(ravi)))
    const answers = await Promise.all(tokens.map((token) => present(token, other)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('asks anew once the token was used, or is too old', async () => {
    const token = await challenge(ravi)
    expect((await present(token, codeOf(ravi.secret))).status).toBe(200)
    const used = await present(token, codeOf(ravi.secret, 1))
    expect([used.status, used.body.error?.reason]).toEqual([401, 'mfa_token_invalid'])
    const late = await challenge(ravi)
    await stack.admin.query('update challenge set expires_at = now()')
    const refused = await present(late, codeOf(ravi.secret, 1))
    expect(refused.body.error?.reason).toBe('mfa_token_invalid')
  })

  test('refuses whoever was suspended in between', async () => {
    const person = await guarded()
    const token = await challenge(person)
    await stack.call(`DELETE /admin/users/${person.id}`, { token: kiran.accessToken })
    const { status } = await present(token, codeOf(person.secret))
    expect(status).toBe(403)
  })

  test('locks after ten wrong codes, which no right password forgives', async () => {
    const person = await guarded()
    let last = 0
    for (let tries = 0; tries < 12 && last !== 429; tries += 1) {
      last = (await present(await challenge(person), '000000')).status
    }
    expect(last).toBe(429)
    const right = await present(await challenge(person), codeOf(person.secret))
    expect(right.status).toBe(429)
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(0)
  })
})

describe('a second factor that is taken away', () => {
  test('needs the password and a code', async () => {
    const person = await guarded()
    const disable = (body: object) => post('mfa/disable', body, person.token)
    const code = codeOf(person.secret)
    expect((await disable({ code })).status).toBe(422)
    const wrong = await disable({ code, password: 'not it at all 1' })
    expect(wrong.body.error?.reason).toBe('password_wrong')
    expect((await disable({ code: '000000', password })).body.error?.reason).toBe('mfa_code_wrong')
    expect((await disable({ code, password })).status).toBe(200)
    expect((await disable({ code, password })).body.error?.reason).toBe('mfa_not_enrolled')
    await signIn(stack.call, person.email, password)
  })

  test('stays through a replaced password, which ends what is half-way', async () => {
    const person = await guarded()
    const token = await challenge(person)
    const newPassword = 'Workshop#2'
    const changed = await stack.call('PUT /auth/change-password', {
      token: person.token,
      body: { currentPassword: password, newPassword },
    })
    expect(changed.status).toBe(200)
    expect((await present(token, codeOf(person.secret))).status).toBe(401)
    const anew = await challenge(person, newPassword)
    expect((await present(anew, codeOf(person.secret))).status).toBe(200)
  })

  test('by whoever manages the account, ends its sessions', async () => {
    const person = await guarded()
    const half = await challenge(person)
    const reset = (by: SignedIn) =>
      stack.call(`DELETE /admin/users/${person.id}/mfa`, { token: by.accessToken })
    const meera = await signIn(stack.call, 'manager.mum@forecourt.test')
    expect((await reset(meera)).status).toBe(404)
    const { status, data } = await reset(priya)
    expect([status, data]).toMatchObject([200, { id: person.id, mfaEnabled: false }])
    expect((await stack.call('GET /auth/me', { token: person.token })).status).toBe(401)
    expect((await present(half, codeOf(person.secret))).status).toBe(401)
    await signIn(stack.call, person.email, password)
  })

  test('is not for managers of the same rank, nor for oneself', async () => {
    const { id } = await newPerson(kiran, {
      role: 'service_center',
      serviceCenterId: centerOf(priya),
    })
    const peer = await stack.call(`DELETE /admin/users/${id}/mfa`, { token: priya.accessToken })
    expect(peer.body.error?.reason).toBe('role_not_below')
    const own = await stack.call(`DELETE /admin/users/${kiran.user.id}/mfa`, {
      token: kiran.accessToken,
    })
    expect(own.body.error?.reason).toBe('mfa_own')
  })
})

test('nobody is asked for what they do not have', async () => {
  const { data } = await post('login', {
    email: 'advisor@forecourt.test',
    password: seededPassword,
  })
  expect(data.user).toMatchObject({ mfaEnabled: false })
})
