import { readConfig } from '@forecourt/platform/config'
import { open } from '@forecourt/platform/run'
import { caller } from '@forecourt/testing/caller'
import { eventually } from '@forecourt/testing/eventually'
import { ownKeys } from '@forecourt/testing/own-keys'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { seed, SeedConfig } from '../seed.ts'
import { identity } from '../service.ts'

const password = 'Forecourt#2026'
const asha = 'advisor@forecourt.test'
const priya = 'manager@forecourt.test'

let stack: Stack
beforeAll(async () => {
  const settings = { BCRYPT_ROUNDS: '6', LOG_LEVEL: 'silent' }
  stack = await openStack(identity, { ...(await ownKeys()), ...settings })
  const env = { ...stack.env, FORECOURT_SEED: 'development' }
  await seed(readConfig(SeedConfig, env).config)
})
beforeEach(async () => {
  await stack.admin.query('delete from login_failure')
  const keys = [...(await stack.redis.keys('failures:*')), ...(await stack.redis.keys('running:*'))]
  if (keys.length > 0) await stack.redis.del(keys)
})
afterAll(() => stack?.close())

interface SignedIn {
  accessToken: string
  refreshToken: string
}

interface Guess {
  email: string
  password: string
  from?: string
}

function loginOnce({ from = '203.0.113.7', ...body }: Guess, call = stack.call) {
  return call<SignedIn>('POST /auth/login', { body, headers: { 'x-forwarded-for': from } })
}

/** Whoever a busy machine tells to come back, comes back. */
function login(guess: Guess) {
  return eventually('an answer', async () => {
    const answer = await loginOnce(guess)
    return answer.status !== 503 && answer
  })
}

/** One address per guess: what is left is the account's own budget. */
function addressOf(number: number): string {
  return `198.51.${number >> 8}.${number & 255}`
}

async function times(count: number, send: (number: number) => ReturnType<typeof login>) {
  const answers = await Promise.all(Array.from({ length: count }, (_, number) => send(number)))
  return Object.groupBy(answers, ({ status }) => status)
}

describe.each([asha, 'nobody@forecourt.test'])('guessing the password of %s', (email) => {
  test('ends after ten wrong ones, from wherever they come', async () => {
    for (let number = 0; number < 10; number += 1) {
      const wrong = await login({ email, password: 'not it', from: addressOf(number) })
      expect(wrong.status).toBe(401)
    }
    const refused = await login({ email, password, from: addressOf(10) })
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused.body.error?.code).toBe('RATE_001')
  })

  test('a hundred times at once has ten checked and no more', async () => {
    const wrong = (number: number) =>
      login({ email, password: `not it ${number}`, from: addressOf(number) })
    const answers = await times(100, wrong)
    expect(answers[401]).toHaveLength(10)
    expect(answers[429]).toHaveLength(90)
    const { rows } = await stack.admin.query('select failures from login_failure')
    expect(rows).toEqual([{ failures: 10 }])
  })

  test('locks for longer with every further one, up to an hour', async () => {
    const seconds = []
    for (let failures = 1; failures <= 17; failures += 1) {
      await stack.redis.flushdb()
      await stack.admin.query('update login_failure set locked_until = null')
      expect((await login({ email, password: 'not it' })).status).toBe(401)
      const { rows } = await stack.admin.query(
        `select round(extract(epoch from locked_until - failed_at))::int as locked
           from login_failure`,
      )
      seconds.push(rows[0].locked)
    }
    const unlocked = Array.from({ length: 9 }, () => null)
    expect(seconds).toEqual([...unlocked, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600])
  })

  test('while it is locked is not even checked, and does not make the lock longer', async () => {
    await lock(email)
    const { rows: before } = await stack.admin.query('select * from login_failure')
    const refused = await login({ email, password })
    expect(refused.status).toBe(429)
    expect(refused.body.error?.reason).toBe('account_locked')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(100)
    const { rows: after } = await stack.admin.query('select * from login_failure')
    expect(after).toEqual(before)
  })
})

describe('an account that was locked by wrong passwords', () => {
  test('gets no tokens by its refresh token either, and keeps its session', async () => {
    const { data } = await login({ email: asha, password })
    await lock(asha)
    const refresh = () =>
      stack.call('POST /auth/refresh-token', { body: { refreshToken: data.refreshToken } })
    const refused = await refresh()
    expect(refused.status).toBe(429)
    expect(refused.body.error?.reason).toBe('account_locked')
    await stack.admin.query('update login_failure set locked_until = now()')
    expect((await refresh()).status).toBe(200)
  })

  test('opens again when its time is over, and forgets the failures', async () => {
    await lock(asha)
    await stack.redis.flushdb()
    await stack.admin.query(`update login_failure set locked_until = now()`)
    expect((await login({ email: asha, password })).status).toBe(200)
    expect((await stack.admin.query('select from login_failure')).rowCount).toBe(0)
  })

  test('counts anew after a day', async () => {
    await lock(asha)
    await stack.redis.flushdb()
    await stack.admin.query(
      `update login_failure set failed_at = now() - interval '25 hours', locked_until = now()`,
    )
    await login({ email: asha, password: 'not it' })
    const { rows } = await stack.admin.query('select failures, locked_until from login_failure')
    expect(rows).toEqual([{ failures: 1, locked_until: null }])
  })
})

describe('right passwords', () => {
  test('of one account all open it, thirty at once', async () => {
    const answers = await times(30, () => login({ email: asha, password }))
    expect(answers[200]).toHaveLength(30)
    expect(await stack.redis.keys('failures:*')).toEqual([])
    expect(await stack.redis.keys('running:*')).toEqual([])
  })

  test('of one account all open it in two processes at once', async () => {
    // A pool that is smaller than the crowd: whoever waits in it must not need a second place.
    const env = { ...stack.env, PORT: '0', DATABASE_POOL_MAX: '3' }
    const another = await open(identity, env)
    onTestFinished(() => another.close())
    const calls = [stack.call, caller(another.url)]
    const { 200: opened = [], ...others } = await times(16, (number) =>
      loginOnce({ email: asha, password }, calls[number % 2] ?? stack.call),
    )
    // If they did, the first would wait for one another, and all the rest for them.
    expect(opened.length).toBeGreaterThanOrEqual(6)
    expect(Object.keys(others).filter((status) => status !== '503')).toEqual([])
  })

  test('get through between wrong ones', async () => {
    const answers = await times(30, (number) =>
      login({ email: asha, password: number % 6 === 0 ? 'not it' : password }),
    )
    expect(answers[401]).toHaveLength(5)
    expect(answers[200]).toHaveLength(25)
  })
})

describe('one address', () => {
  test('may be wrong thirty times, over all accounts', async () => {
    const answers = await times(40, (number) =>
      login({ email: `guest${number}@forecourt.test`, password: 'not it' }),
    )
    expect(answers[401]).toHaveLength(30)
    expect(answers[429]).toHaveLength(10)
    const elsewhere = await login({ email: priya, password, from: '192.0.2.1' })
    expect(elsewhere.status).toBe(200)
  })

  test('of IPv6 is its whole /64, and IPv4 in IPv6 clothes is IPv4', async () => {
    const guess = (from: string) => login({ email: priya, password: 'not it', from })
    await guess('2001:db8:1:2::7')
    await guess('2001:db8:1:2:ffff::8')
    await guess('::ffff:192.0.2.9')
    await guess('192.0.2.9')
    const keys = await stack.redis.keys('failures:login:address:*')
    expect(keys.toSorted()).toEqual([
      'failures:login:address:192.0.2.9',
      'failures:login:address:2001:db8:1:2::/64',
    ])
  })
})

test('every count expires no later than its period', async () => {
  await times(12, (number) => login({ email: asha, password: 'not it', from: addressOf(number) }))
  const keys = await stack.redis.keys('failures:*')
  expect(keys).toHaveLength(11)
  for (const key of keys) {
    const ttl = await stack.redis.pttl(key)
    expect(ttl).toBeGreaterThan(0)
    expect(ttl).toBeLessThanOrEqual(900_000)
  }
})

test('two hundred sign-ins at once hold up nobody: they are answered or refused', async () => {
  const flood = times(200, (number) =>
    loginOnce({
      email: `guest${number}@forecourt.test`,
      password: 'not it',
      from: addressOf(number),
    }),
  )
  let isOver = false
  void flood.finally(() => (isOver = true))
  const probe = await fetch(`${stack.url}/livez`)
  expect([probe.status, isOver]).toEqual([200, false])
  const answers = await flood
  expect(Object.keys(answers).every((status) => status === '401' || status === '503')).toBe(true)
  expect(answers[401]?.length).toBeGreaterThan(0)
  for (const refused of answers[503] ?? []) {
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
  }
})

/** Fails ten times in a row, from as many addresses. */
async function lock(email: string): Promise<void> {
  const wrong = (number: number) => login({ email, password: 'not it', from: addressOf(number) })
  expect((await times(10, wrong))[401]).toHaveLength(10)
}
