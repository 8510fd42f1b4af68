import { spawn } from 'node:child_process'
import { readConfig } from '@forecourt/platform/config'
import { caller } from '@forecourt/testing/caller'
import { eventually } from '@forecourt/testing/eventually'
import { ownKeys } from '@forecourt/testing/own-keys'
import { openStack } from '@forecourt/testing/stack'
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

const PATIENCE_MS = 60_000

test(
  'no log, however talkative, holds a password, a token or a person',
  async () => {
    const stack = await openStack(identity, { ...(await ownKeys()), BCRYPT_ROUNDS: '4' })
    await seed(readConfig(SeedConfig, { ...stack.env, FORECOURT_SEED: 'development' }).config)
    const own = await ownKeys()
    const env = { ...stack.env, ...own, LOG_LEVEL: 'trace' }
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
      PATIENCE_MS / 2,
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
    const people = [email, phone, phone.slice(3), '90000 00003', 'Asha', 'Joshi']
    const secrets = [password, 'mistyped', '$2b$', '417283', ...tokens, ...people]
    expect(secrets.filter((secret) => logged.includes(secret))).toEqual([])
  },
  PATIENCE_MS,
)
