import { readConfig } from '@forecourt/platform/config'
import { seededPassword, signIn as signInAt, type SignedIn } from '@forecourt/testing/managing'
import { ownKeys } from '@forecourt/testing/own-keys'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { seed, SeedConfig } from '../seed.ts'
import { identity } from '../service.ts'

const asha = 'advisor@forecourt.test'

interface Session {
  id: string
  isCurrent: boolean
}

let stack: Stack
beforeAll(async () => {
  stack = await openStack(identity, { ...(await ownKeys()), BCRYPT_ROUNDS: '4' })
  await seed(readConfig(SeedConfig, { ...stack.env, FORECOURT_SEED: 'development' }).config)
})
beforeEach(() => stack.admin.query('delete from session'))
afterAll(() => stack?.close())

const signIn = (email = asha) => signInAt(stack.call, email)

async function sessionsOf({ accessToken: token }: SignedIn): Promise<Session[]> {
  return (await stack.call<Session[]>('GET /auth/sessions', { token })).data
}

async function isSignedIn({ accessToken: token }: SignedIn): Promise<boolean> {
  return (await stack.call('GET /auth/me', { token })).status === 200
}

test('people see where they are signed in, and nobody else does, administrators neither', async () => {
  const [desk, phone] = [await signIn(), await signIn()]
  const kiran = await signIn('admin@forecourt.test')
  const sessions = await sessionsOf(desk)
  expect(sessions).toHaveLength(2)
  expect(sessions.filter(({ isCurrent }) => isCurrent)).toHaveLength(1)
  expect(Object.keys(sessions[0] ?? {}).toSorted()).toEqual([
    'createdAt',
    'expiresAt',
    'id',
    'ipAddress',
    'isCurrent',
    'lastUsedAt',
    'userAgent',
  ])
  expect(await sessionsOf(phone)).toHaveLength(2)
  expect(await sessionsOf(kiran)).toHaveLength(1)
})

test('a session is recognised by where it was begun, and with which program', async () => {
  const { data } = await stack.call<SignedIn>('POST /auth/login', {
    body: { email: asha, password: seededPassword },
    headers: { 'user-agent': `Tablet/${'9'.repeat(400)}`, 'x-forwarded-for': '203.0.113.9' },
  })
  const [session] = await sessionsOf(data)
  expect(session).toMatchObject({
    ipAddress: '203.0.113.9',
    userAgent: `Tablet/${'9'.repeat(293)}`,
  })
})

test('one of them is ended, and told to the other services; once it is over it is not there', async () => {
  const [desk, phone] = [await signIn(), await signIn()]
  const other = (await sessionsOf(desk)).find(({ isCurrent }) => !isCurrent)
  const end = () => stack.call(`DELETE /auth/sessions/${other?.id}`, { token: desk.accessToken })
  expect((await end()).status).toBe(200)
  expect([await isSignedIn(desk), await isSignedIn(phone)]).toEqual([true, false])
  await stack.topics.next('identity.session.ended.v1', ({ key }) => key === other?.id)
  expect((await end()).status).toBe(404)
  expect(await sessionsOf(desk)).toHaveLength(1)
})

test('nobody ends the session of somebody else here, administrators neither', async () => {
  const desk = await signIn()
  const [session] = await sessionsOf(desk)
  for (const email of ['manager@forecourt.test', 'admin@forecourt.test']) {
    const { accessToken: token } = await signIn(email)
    expect((await stack.call(`DELETE /auth/sessions/${session?.id}`, { token })).status).toBe(404)
  }
  expect(await isSignedIn(desk)).toBe(true)
})

test('all but the one that asks are ended together', async () => {
  const everywhere = [await signIn(), await signIn(), await signIn()]
  const [desk] = everywhere
  const token = desk?.accessToken ?? ''
  expect((await stack.call('DELETE /auth/sessions', { token })).status).toBe(200)
  expect(await Promise.all(everywhere.map(isSignedIn))).toEqual([true, false, false])
})
