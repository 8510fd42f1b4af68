import { spawn } from 'node:child_process'
import { readConfig } from '@forecourt/platform/config'
import { caller, type Call } from '@forecourt/testing/caller'
import { eventually } from '@forecourt/testing/eventually'
import { business, garaging, location, ownerForm } from '@forecourt/testing/garaging'
import { ownKeys } from '@forecourt/testing/own-keys'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { expect, onTestFinished, test } from 'vitest'
import { seed, SeedConfig } from './seed.ts'
import { identity } from './service.ts'

interface Tokens {
  accessToken: string
  refreshToken: string
}

const program = new URL('./main.ts', import.meta.url).pathname
const password = 'Forecourt#2026'
const email = 'advisor@forecourt.test'
const phone = '+919000000003'

const gita = {
  name: 'Gita Rao',
  email: 'gita@example.com',
  phone: '+919812734659',
  password: 'Sign-up-0815',
}

const PATIENCE_MS = 60_000

test(
  'no log, however talkative, holds a password, a token or a person',
  async () => {
    const stack = await openStack(identity, { ...(await ownKeys()), BCRYPT_ROUNDS: '4' })
    await seed(readConfig(SeedConfig, { ...stack.env, FORECOURT_SEED: 'development' }).config)
    const own = await ownKeys()
    const env = { ...stack.env, ...own, LOG_LEVEL: 'trace', APP_DEBUG: 'true' }
    const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    let logged = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (logged += text))
    }
    const call = caller(`http://127.0.0.1:${own.PORT}`)
    const ready = () => fetch(`http://127.0.0.1:${own.PORT}/readyz`)
    await eventually(
      'a service that is ready',
      () =>
        ready().then(
          ({ status }) => status === 200,
          () => false,
        ),
      PATIENCE_MS,
    )

    const { data } = await call<Tokens>('POST /auth/login', { body: { email, password } })
    await call('POST /auth/login', { body: { phone: '90000 00003', password: 'mistyped-4711' } })
    await call('POST /auth/login', { body: { email, phone, password } })
    await call('POST /auth/login', { body: { email, password: `${'x'.repeat(80)}mistyped` } })
    await call('POST /auth/login', { body: `{"email":"${email}","password":"${password}` })
    await call('GET /auth/me', { token: data.accessToken })
    await call('GET /auth/me', { token: `${data.accessToken}x` })
    await call('POST /auth/forgot-password', { body: { email } })
    await call('POST /auth/forgot-password', { body: { phone } })
    await call('POST /auth/reset-password', { body: { token: 'mistyped', password } })
    await call('POST /auth/reset-password', { body: { phone, otp: '417283', password } })
    await call('PUT /auth/change-password', {
      token: data.accessToken,
      body: { currentPassword: 'mistyped-4711', newPassword: password },
    })
    const otp = await signUp(stack, call)
    const opened = await openGarage(stack, call)
    // A database that cannot do its work brings out the longest lines.
    await stack.admin.query('alter table session rename to session_away')
    await call('POST /auth/login', { body: { email, password } })
    await call('POST /auth/refresh-token', { body: { refreshToken: data.refreshToken } })
    await stack.admin.query('alter table session_away rename to session')
    const { data: next } = await call<Tokens>('POST /auth/refresh-token', {
      body: { refreshToken: data.refreshToken },
    })
    await call('POST /auth/logout', { token: next.accessToken })
    child.kill('SIGTERM')
    await new Promise((resolve) => child.once('exit', resolve))
    await stack.close()

    expect(logged).toContain('identity listens')
    expect(logged).toContain('session')
    const tokens = [data.accessToken, data.refreshToken, next.accessToken, next.refreshToken]
    const customer = [gita.phone, gita.phone.slice(3), gita.email, gita.password]
    const people = [email, phone, phone.slice(3), '90000 00003']
    const codes = [otp, '417283'].flatMap((code) => [`"${code}"`, ` ${code}`])
    const told = [password, '$2b$', 'mistyped', ...opened, ...tokens]
    const secrets = [...told, ...people, ...customer, ...codes]
    expect(secrets.filter((secret) => logged.includes(secret))).toEqual([])
    // So few letters stand in some ciphertext by chance: they count as words of their own alone.
    expect(logged.match(/(?<![\w+/-])(?:Gita|Rao|Asha|Joshi)(?![\w+/-])/g)).toBeNull()
  },
  2 * PATIENCE_MS,
)

/** Signs Gita up with all that can go wrong on the way; answers the code. */
async function signUp(stack: Stack, call: Call): Promise<string> {
  await call('POST /customers/send-otp', { body: gita })
  await stack.redis.del(await stack.redis.keys('limit:otp:cooldown:*'))
  const { data } = await call<{ otp_for_testing: string }>('POST /customers/resend-otp', {
    body: { phone: gita.phone },
  })
  const right = { phone: gita.phone, otp: data.otp_for_testing }
  await call('POST /customers/verify-otp', { body: { ...right, otp: otherThan(right.otp) } })
  await call('POST /customers/verify-otp', { body: `{"phone":"${gita.phone}","otp":"${right.otp}` })
  await stack.admin.query('alter table "user" rename to user_away')
  expect((await call('POST /customers/verify-otp', { body: right })).status).toBe(500)
  await call('POST /customers/send-otp', { body: gita })
  await stack.admin.query('alter table user_away rename to "user"')
  expect((await call('POST /customers/verify-otp', { body: right })).status).toBe(201)
  return right.otp
}

/** Opens Gil's garage with what can go wrong on the way; answers what nobody may read of it. */
async function openGarage(stack: Stack, call: Call): Promise<string[]> {
  const gil = ownerForm({ fullName: 'Gil Benedict', email: 'gil.benedict@example.com' })
  const { begin, verify, locate, complete } = garaging(() => call)
  const { userId, otp_for_testing: codes } = (await begin(gil)).data
  await verify({ code: otherThan(codes.email), email: gil.email })
  expect((await verify({ code: codes.email, email: gil.email })).status).toBe(200)
  expect((await locate(userId)).status).toBe(200)
  await call('POST /auth/register/step3', { body: `{"userId":"${userId}","companyLegalName":` })
  await stack.admin.query('alter table garage rename to garage_away')
  expect((await complete(userId)).status).toBe(500)
  await stack.admin.query('alter table garage_away rename to garage')
  const { data } = await complete(userId)
  const person = [gil.email, gil.phoneNumber, gil.phoneNumber.slice(4), gil.password, 'Benedict']
  const told = [userId, data.accessToken, data.refreshToken, business.emiratesIdUrl]
  return [...person, ...told, `"${codes.sms}"`, `"${codes.email}"`, location.street]
}

function otherThan(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0')
}
