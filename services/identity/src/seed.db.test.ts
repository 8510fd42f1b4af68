import { isGstin } from '@forecourt/contracts/gstin'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { allPermissions } from '@forecourt/contracts/permissions'
import { roles, startingRoles } from '@forecourt/contracts/roles'
import { KeyRing, readConfig } from '@forecourt/platform/config'
import { personalData } from '@forecourt/platform/personal'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { seed, SeedConfig } from './seed.ts'
import { identity } from './service.ts'
import { DEVELOPMENT_PASSWORD, developmentPeople } from './starting-data.ts'

const run = promisify(execFile)
const program = new URL('./seed.ts', import.meta.url).pathname
const first = { email: 'owner@dealer.example', password: 'a long 1 indeed' }
const owner = {
  FORECOURT_ADMIN_EMAIL: first.email,
  FORECOURT_ADMIN_PASSWORD: first.password,
}

let stack: Stack
beforeAll(async () => {
  stack = await openStack(identity, { BCRYPT_ROUNDS: '4' })
})
beforeEach(() => stack.admin.query('truncate role, service_center, "user", outbox cascade'))
afterAll(() => stack?.close())

function sow(env: Record<string, string>): Promise<void> {
  return seed(readConfig(SeedConfig, { ...stack.env, ...env }).config)
}

function login(body: { email: string; password: string }) {
  return stack.call<{ user: { role: string; serviceCenterId: string } }>('POST /auth/login', {
    body,
  })
}

async function counts() {
  const { rows } = await stack.admin.query(
    `select (select count(*)::int from role) as roles,
            (select count(*)::int from service_center) as centers,
            (select count(*)::int from "user") as users`,
  )
  return rows[0]
}

/** How many events were ever written to the outbox, sent or not. */
async function emitted(): Promise<number> {
  const { rows } = await stack.admin.query(
    'select last_value::int - (not is_called)::int as last from outbox_seq_seq',
  )
  return rows[0].last
}

describe('an installation for development', () => {
  test('has its roles, centers and people, and tells of each once', async () => {
    const before = await emitted()
    await sow({ FORECOURT_SEED: 'development' })
    expect(await counts()).toEqual({ roles: roles.length, centers: 3, users: 11 })
    const admin = await stack.topics.next('identity.role.defined.v1', ({ key }) => key === 'admin')
    expect(admin.data).toEqual({ role: 'admin', permissions: allPermissions })
    const pune = await stack.topics.next(
      'identity.service-center.opened.v1',
      ({ data }) => data?.['code'] === 'PUN',
    )
    expect(pune.data).toMatchObject({
      isHeadOffice: false,
      pinPrefixes: ['410', '411', '412', '413', '414'],
    })
    expect(isGstin(String(pune.data?.['gstin']))).toBe(true)
    expect((await emitted()) - before).toBe(roles.length + 3 + 11)
  })

  test('stays as it is when it is sown again, four times at once, and tells nothing', async () => {
    await sow({ FORECOURT_SEED: 'development' })
    const before = await emitted()
    const { rows: users } = await stack.admin.query('select * from "user" order by id')
    await Promise.all(Array.from({ length: 4 }, () => sow({ FORECOURT_SEED: 'development' })))
    await sow({})
    expect(await emitted()).toBe(before)
    expect((await stack.admin.query('select * from "user" order by id')).rows).toEqual(users)
  })

  test('lets everybody in, each in the own role and center', async () => {
    await sow({ FORECOURT_SEED: 'development' })
    for (const { email, role, center } of developmentPeople) {
      const { status, data } = await login({ email, password: DEVELOPMENT_PASSWORD })
      expect([email, status]).toEqual([email, 200])
      const { rows } = await stack.admin.query('select code from service_center where id = $1', [
        data.user.serviceCenterId,
      ])
      expect([data.user.role, rows[0]?.code]).toEqual([role, center])
    }
  })

  test('keeps its people as ciphertext', async () => {
    await sow({ FORECOURT_SEED: 'development' })
    const { rows } = await stack.admin.query('select "user"::text as line from "user"')
    for (const { line } of rows) expect(line).not.toMatch(/@|\+91|9000|Asha|Mohan/)
  })

  test('tells of its people in words that only the house can read', async () => {
    await sow({ FORECOURT_SEED: 'development' })
    const created = await stack.topics.next(
      'identity.user.created.v1',
      ({ data }) => data?.['role'] === 'advisor',
    )
    expect(created.data).toMatchObject({ status: 'active', userId: created.key })
    expect(JSON.stringify(created.data)).not.toMatch(/forecourt\.test|90000000|Asha|Mohan/)
    const ring = KeyRing.parse(testSecrets.PERSONAL_KEYS)
    const place = { table: 'user', column: 'email', id: created.key }
    const email = personalData(ring, ring).open(String(created.data?.['email']), place)
    expect(email).toMatch(/^advisor.*@forecourt\.test$/)
  })
})

describe('an installation for production', () => {
  test('begins with what every one needs, and the administrator it was told of', async () => {
    await sow(owner)
    expect(await counts()).toEqual({ roles: roles.length, centers: 1, users: 1 })
    const { data } = await login(first)
    expect(data.user).toMatchObject({ role: 'admin', email: first.email, phone: null })
  })

  test('keeps its administrators whatever the environment says later', async () => {
    await sow(owner)
    await sow({ ...owner, FORECOURT_ADMIN_PASSWORD: 'another one 2' })
    await sow({ ...owner, FORECOURT_ADMIN_EMAIL: 'somebody@dealer.example' })
    expect(await counts()).toMatchObject({ users: 1 })
    expect((await login(first)).status).toBe(200)
  })

  test.each([
    ['the people of development', { FORECOURT_SEED: 'development' }, 'FORECOURT_SEED'],
    [
      'the password of development',
      { ...owner, FORECOURT_ADMIN_PASSWORD: DEVELOPMENT_PASSWORD },
      'FORECOURT_ADMIN_PASSWORD',
    ],
  ])('refuses %s', async (_what, env, name) => {
    await expect(sow({ ...env, NODE_ENV: 'production' })).rejects.toThrow(name)
    expect(await counts()).toEqual({ roles: 0, centers: 0, users: 0 })
  })
})

describe('a new release', () => {
  test('gives a role what is new, and leaves taken what was taken away', async () => {
    await sow({})
    const [kept = '', taken = '', fresh = ''] = startingRoles.advisor
    await stack.admin.query(
      `update role set permissions = $1, offered_permissions = $2 where name = 'advisor'`,
      [[kept, 'audit.read'], startingRoles.advisor.filter((name) => name !== fresh)],
    )
    await sow({})
    const { rows } = await stack.admin.query(`select * from role where name = 'advisor'`)
    expect(rows[0]).toMatchObject({ permissions: [kept, 'audit.read', fresh], version: 2 })
    expect(rows[0].permissions).not.toContain(taken)
    const told = await stack.topics.next(
      'identity.role.defined.v1',
      ({ headers }) => headers['ce_sequence'] === '2',
    )
    expect(told.data).toEqual({ role: 'advisor', permissions: [kept, 'audit.read', fresh] })
  })
})

describe('the program', () => {
  test('sows from its environment, and says what is missing', async () => {
    const { stderr } = await run(process.execPath, [program], { env: { ...stack.env } })
    expect(stderr).toContain('FORECOURT_ADMIN_EMAIL')
    expect(await counts()).toMatchObject({ roles: roles.length, users: 0 })
  })

  test('fails in one clear sentence when it cannot', async () => {
    const env = { ...stack.env, PERSONAL_KEYS: '' }
    const failed = await run(process.execPath, [program], { env }).catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('PERSONAL_KEYS') })
  })
})
