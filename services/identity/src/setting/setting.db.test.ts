import { settingNames, settings } from '@forecourt/contracts/settings'
import { readConfig } from '@forecourt/platform/config'
import { eventually } from '@forecourt/testing/eventually'
import { managing, signIn, type SignedIn } from '@forecourt/testing/managing'
import { ownKeys } from '@forecourt/testing/own-keys'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seed, SeedConfig } from '../seed.ts'
import { identity } from '../service.ts'

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

interface Config {
  version: number
  values: Record<string, unknown>
  settings: { name: string; value: unknown; isDefault: boolean }[]
}

const show = () => stack.call<Config>('GET /admin/config', { token: kiran.accessToken })

const decide = (body: object, headers = {}) =>
  stack.call<Config>('PUT /admin/config', { token: kiran.accessToken, body, headers })

describe('the system config', () => {
  test('shows every setting with what it decides, and its default', async () => {
    const { status, data } = await show()
    expect(status).toBe(200)
    expect(data.settings.map(({ name }) => name)).toEqual(settingNames)
    for (const name of settingNames) expect(data.values[name]).toEqual(settings[name].default)
  })

  test('is decided, kept, told and audited', async () => {
    const { data: before } = await show()
    const { status, data, headers } = await decide({ customerLinkHours: 48, invoiceRoundOff: true })
    expect(status).toBe(200)
    expect(data.values).toMatchObject({ customerLinkHours: 48, invoiceRoundOff: true })
    expect(data.version).toBe(before.version + 2)
    expect(headers.get('etag')).toBe(`"${data.version}"`)
    const told = await stack.topics.next(
      'identity.setting.changed.v1',
      ({ key }) => key === 'customerLinkHours',
    )
    expect(told.data).toEqual({ setting: 'customerLinkHours', value: 48 })
    const line = await stack.topics.next(
      'identity.audit.recorded.v1',
      ({ data: told }) => (told as { action: string }).action === 'PUT /admin/config',
    )
    expect(line.data).toMatchObject({
      before: { values: { customerLinkHours: 72 } },
      after: { values: { customerLinkHours: 48 } },
    })
  })

  test('goes back to a default by null', async () => {
    await decide({ invoiceDueDays: 30 })
    const { data } = await decide({ invoiceDueDays: null })
    expect(data.values['invoiceDueDays']).toBe(15)
    const shown = data.settings.find(({ name }) => name === 'invoiceDueDays')
    expect(shown).toMatchObject({ value: 15, isDefault: true })
  })

  test('may come back as it was shown, and then nothing of it was decided', async () => {
    const { data } = await show()
    const again = await decide(data)
    expect([again.status, again.data]).toEqual([200, data])
    const values = { ...data.values, feedbackReminderDays: undefined, customerLinkHours: 36 }
    const changed = await decide({ version: data.version, values })
    expect(changed.data.values).toEqual({ ...data.values, customerLinkHours: 36 })
    expect(changed.data.version).toBe(data.version + 1)
    const both = await decide({ values, customerLinkHours: 24 })
    expect(both.data.values['customerLinkHours']).toBe(24)
  })

  test('tells nobody of what stays as it is', async () => {
    const { data } = await decide({ quietHours: '21:00-09:00' })
    const again = await decide({ quietHours: '21:00-09:00' })
    expect(again.data.version).toBe(data.version)
  })

  test.each([
    ['a setting that is none', { approvalMoons: 1 }],
    ['a value that is none', { values: { approvalMoons: 1 } }],
    ['another type', { invoiceDueDays: 'soon' }],
    ['more than it may be', { customerLinkHours: 10_000 }],
    ['an hour that is none', { quietHours: '25:00-09:00' }],
    ['an hour that ends where it begins', { quietHours: '21:00-21:00' }],
    ['a role that is none', { mfaRequiredForRoles: ['astronaut'] }],
    ['a role of customers', { mfaRequiredForRoles: ['mobile_user'] }],
  ])('refuses %s', async (_, body) => {
    expect((await decide(body)).status).toBe(422)
  })

  test('is decided once of those who saw the same version', async () => {
    const { data } = await show()
    const headers = { 'if-match': `"${data.version}"` }
    const answers = await Promise.all(
      [40, 41, 42, 43].map((invoiceDueDays) => decide({ invoiceDueDays }, headers)),
    )
    const tally = Map.groupBy(answers, ({ status }) => status)
    expect([tally.get(200)?.length, tally.get(412)?.length]).toEqual([1, 3])
  })

  test('takes decisions of several at one moment, each of them', async () => {
    const { data: before } = await show()
    const answers = await Promise.all(
      [51, 52, 53, 54].map((customerLookupsPerHour) => decide({ customerLookupsPerHour })),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect((await show()).data.version).toBe(before.version + 4)
  })

  test('is for administrators alone', async () => {
    const seen = await stack.call('GET /admin/config', { token: priya.accessToken })
    expect(seen.status).toBe(403)
  })
})

interface Challenge {
  mfaEnrollmentRequired: true
  mfaToken: string
}

describe('a role that needs a second factor', () => {
  const password = 'Workshop#1'
  let email = ''
  let earlier: SignedIn
  beforeAll(async () => {
    const [serviceCenterId] = priya.user.serviceCenterIds
    const person = await newPerson(kiran, { password, role: 'advisor', serviceCenterId })
    email = person.email
    earlier = await signIn(stack.call, email, password)
    await decide({ mfaRequiredForRoles: ['advisor'] })
  })

  const login = () =>
    stack.call<Challenge & SignedIn>('POST /auth/login', { body: { email, password } })

  const bring = (path: string, body: object) =>
    stack.call<{ secret: string; recoveryCodes: string[] } & SignedIn>(`POST /auth/${path}`, {
      body,
    })

  let mfaToken = ''
  beforeAll(async () => {
    mfaToken = await eventually('a challenge', async () => {
      const { data } = await login()
      return data.mfaEnrollmentRequired ? data.mfaToken : undefined
    })
  })

  test('lets nobody of it go on without one, be it by an older session', async () => {
    const { refreshToken } = earlier
    const { status, body } = await bring('refresh-token', { refreshToken })
    expect([status, body.error?.reason]).toEqual([403, 'mfa_enrollment_required'])
    expect((await stack.call('GET /auth/me', { token: mfaToken })).status).toBe(401)
    const early = await bring('login/mfa', { mfaToken, code: '123456' })
    expect(early.body.error?.reason).toBe('mfa_token_invalid')
    const unset = await bring('login/mfa/confirm', { mfaToken, code: '123456' })
    expect(unset.body.error?.reason).toBe('mfa_not_enrolled')
  })

  test('leaves all others as they were', async () => {
    const { accessToken } = await signIn(stack.call, 'technician@forecourt.test')
    expect(accessToken).toMatch(/^eyJ/)
  })

  test('lets them in once an app is set up and has shown its code', async () => {
    const { status, data } = await bring('login/mfa/enroll', { mfaToken })
    expect(status).toBe(201)
    const code = new TOTP({ secret: Secret.fromBase32(data.secret) }).generate()
    const wrong = await bring('login/mfa/confirm', { mfaToken, code: '000000' })
    expect(wrong.body.error?.reason).toBe('mfa_code_wrong')
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => bring('login/mfa/confirm', { mfaToken, code })),
    )
    const [signedIn, ...others] = answers.filter((answer) => answer.status === 200)
    expect(others).toEqual([])
    expect(signedIn?.data.recoveryCodes).toHaveLength(10)
    expect(signedIn?.data.user).toMatchObject({ email, mfaEnabled: true })
    const me = await stack.call('GET /auth/me', { token: signedIn?.data.accessToken ?? '' })
    expect(me.status).toBe(200)
    const next = await stack.call<{ mfaRequired: boolean }>('POST /auth/login', {
      body: { email, password },
    })
    expect(next.data.mfaRequired).toBe(true)
    const refreshed = await bring('refresh-token', {
      refreshToken: signedIn?.data.refreshToken ?? '',
    })
    expect(refreshed.status).toBe(200)
  })
})
