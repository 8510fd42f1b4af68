import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { createServer } from 'node:http'
import { KeyRing, readConfig } from '@forecourt/platform/config'
import { inTransaction } from '@forecourt/platform/database'
import { personalData } from '@forecourt/platform/personal'
import { open } from '@forecourt/platform/run'
import { systemScope } from '@forecourt/platform/scope'
import type { JsonWebKeys } from '@forecourt/platform/token'
import { caller } from '@forecourt/testing/caller'
import { ownKeys } from '@forecourt/testing/own-keys'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Tables } from '../db.ts'
import { seed, SeedConfig } from '../seed.ts'
import { identity } from '../service.ts'
import { rotateSigningKey, turnKeys } from './rotation.queries.ts'

interface LoggedIn {
  accessToken: string
}
interface Key {
  kid: string
  privateKey: string
  publicKey: string
}

let stack: Stack
let key: Key
let claims: Record<string, unknown>
const ring = KeyRing.parse(testSecrets.PERSONAL_KEYS)
const personal = personalData(ring, ring)

beforeAll(async () => {
  stack = await openStack(identity, { ...(await ownKeys()), BCRYPT_ROUNDS: '4' })
  await seed(readConfig(SeedConfig, { ...stack.env, FORECOURT_SEED: 'development' }).config)
  claims = payloadOf(await signIn())
  const { rows } = await stack.admin.query('select * from signing_key')
  const [{ id: kid, private_key: sealed, public_key: publicKey }] = rows
  const place = { table: 'signing_key', column: 'private_key', id: kid }
  key = { kid, publicKey, privateKey: personal.open(sealed, place) }
})
afterAll(() => stack?.close())

const admin = { email: 'admin@forecourt.test', password: 'Forecourt#2026' }
async function signIn(): Promise<string> {
  return (await stack.call<LoggedIn>('POST /auth/login', { body: admin })).data.accessToken
}

function payloadOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

function keySet() {
  return fetch(`${stack.url}/.well-known/jwks.json`)
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const foreign = generateKeyPairSync('ed25519')
const foreignPem = foreign.privateKey.export({ type: 'pkcs8', format: 'pem' })

/** A token that is right in everything that is not changed; undefined takes something away. */
function signed(changed: object, header: object = {}, privateKey = key.privateKey): string {
  const head = { alg: 'EdDSA', typ: 'JWT', kid: key.kid, ...header }
  const input = `${part(head)}.${part({ ...claims, ...changed })}`
  return `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`
}

function hmacSigned(secret: string): string {
  const input = `${part({ alg: 'HS256', typ: 'JWT', kid: key.kid })}.${part(claims)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

const attacks: Record<string, () => string> = {
  'no algorithm': () => `${part({ alg: 'none', typ: 'JWT', kid: key.kid })}.${part(claims)}.`,
  'no algorithm, in capitals': () => `${part({ alg: 'NONE', kid: key.kid })}.${part(claims)}.`,
  'no signature': () => signed({}).split('.').slice(0, 2).join('.').concat('.'),
  'the public key as a shared secret': () => hmacSigned(key.publicKey),
  'the public key after a space as a shared secret': () => hmacSigned(` ${key.publicKey}`),
  'a key of strangers': () => signed({}, {}, foreignPem),
  'a key id of strangers': () => signed({}, { kid: randomUUID() }),
  'no key id': () => signed({}, { kid: undefined }),
  'a path for a key id': () => signed({}, { kid: '../../../../dev/null' }),
  'SQL for a key id': () => signed({}, { kid: "' union select 'x" }),
  'a key of its own': () =>
    signed({}, { jwk: foreign.publicKey.export({ format: 'jwk' }) }, foreignPem),
  'an address of its own keys': () => signed({}, { jku: 'http://127.0.0.1:1/jwks' }, foreignPem),
  'another audience': () => signed({ aud: 'another-api' }),
  'another issuer': () => signed({ iss: 'another' }),
  'an end in the past': () => signed({ iat: 1_700_000_000, exp: 1_700_000_100 }),
  'an end that is text': () => signed({ exp: String(claims['exp']) }),
  'no end': () => signed({ exp: undefined }),
  'no issuer': () => signed({ iss: undefined }),
  'no audience': () => signed({ aud: undefined }),
  nobody: () => signed({ sub: undefined }),
  'no session, as a token of another purpose': () => signed({ sid: undefined }),
  'no roles': () => signed({ roles: undefined }),
  'a beginning in the future': () => signed({ nbf: Math.floor(Date.now() / 1_000) + 3_600 }),
  'another payload': () => {
    const [header, , signature] = signed({}).split('.')
    return `${header}.${part({ ...claims, sub: randomUUID() })}.${signature}`
  },
}

describe('a token with', () => {
  test('nothing changed is accepted', async () => {
    expect((await stack.call('GET /auth/me', { token: signed({}) })).status).toBe(200)
  })

  test.each(Object.entries(attacks))('%s is refused', async (_what, forge) => {
    const { status, body } = await stack.call('GET /auth/me', { token: forge() })
    expect(status).toBe(401)
    expect(body.error).toMatchObject({ code: 'AUTH_002', reason: 'token_invalid' })
  })

  test('another scheme than Bearer is refused', async () => {
    const authorization = `Basic ${signed({})}`
    const { status } = await stack.call('GET /auth/me', { headers: { authorization } })
    expect(status).toBe(401)
  })

  test('a good neighbour in the cache is not taken for it', async () => {
    const good = signed({})
    const other = signed({ sub: randomUUID() }, {}, foreignPem)
    const answers = await Promise.all(
      [good, other, good, other].map((token) => stack.call('GET /auth/me', { token })),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 200, 401])
  })
})

describe('the key set', () => {
  test('is public, may be cached, and holds public keys only', async () => {
    const response = await keySet()
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('public, max-age=300')
    expect(await response.json()).toEqual({
      keys: [
        {
          kid: key.kid,
          kty: 'OKP',
          crv: 'Ed25519',
          alg: 'EdDSA',
          use: 'sig',
          x: expect.stringMatching(/^[\w-]{43}$/),
        },
      ],
    })
  })

  test('shows a coming key and a retired one, until its last token has ended', async () => {
    await stack.admin.query(
      `insert into signing_key (id, public_key, private_key, status, retired_at) values
         ($1, $4, 'x', 'published', null),
         ($2, $4, 'x', 'retired', now() - interval '7 days'),
         ($3, $4, 'x', 'retired', now() - interval '8 days')`,
      ['a', 'b', 'c']
        .map((letter) => `00000000-0000-4000-8000-00000000000${letter}`)
        .concat(foreign.publicKey.export({ type: 'spki', format: 'pem' })),
    )
    const { keys } = (await (await keySet()).json()) as JsonWebKeys
    await stack.admin.query(`delete from signing_key where status <> 'active'`)
    expect(keys.map(({ kid }) => kid.slice(-1)).toSorted()).toEqual(
      ['a', 'b', key.kid.slice(-1)].toSorted(),
    )
  })

  test('keeps the private key as ciphertext that no other row can open', async () => {
    const { rows } = await stack.admin.query('select private_key from signing_key')
    expect(rows[0].private_key).not.toContain('PRIVATE KEY')
    const elsewhere = { table: 'signing_key', column: 'private_key', id: randomUUID() }
    expect(() => personal.open(rows[0].private_key, elsewhere)).toThrow(/unable to authenticate/)
  })

  test('begins with one key, though four processes start at once', async () => {
    const fresh = await openStack(identity, { BCRYPT_ROUNDS: '4', ROLE: 'api' })
    const more = await Promise.all(
      Array.from({ length: 3 }, () => open(identity, { ...fresh.env, PORT: '0' })),
    )
    const calls = [fresh.call, ...more.map(({ url }) => caller(url))]
    const sets = await Promise.all(calls.map((call) => call('GET /.well-known/jwks.json')))
    await Promise.all(more.map((running) => running.close()))
    const { rowCount } = await fresh.admin.query('select from signing_key')
    await fresh.close()
    expect(rowCount).toBe(1)
    expect(new Set(sets.map(({ text }) => text)).size).toBe(1)
  })
})

describe('a rotation', () => {
  test('publishes a key long before it signs, and is not noticed by who holds a token', async () => {
    const fresh = await openSeeded()
    const before = (await fresh.call<LoggedIn>('POST /auth/login', { body: admin })).data
    // Everybody knows a second key; the first one still signs.
    const { id, signsFrom } = await publish(fresh)
    const leadMs = Date.parse(signsFrom) - Date.now()
    expect(leadMs).toBeGreaterThan(600_000)
    expect(await publish(fresh)).toEqual({ id, signsFrom })
    const shown = (await (await fetch(fresh.env['JWKS_URL'] ?? '')).json()) as JsonWebKeys
    expect(shown.keys.map(({ kid }) => kid)).toEqual([kidOf(before.accessToken), id])
    expect(await turn(fresh)).toBe(false)

    await fresh.admin.query(
      `update signing_key set created_at = created_at - interval '15 minutes'`,
    )
    expect((await Promise.all([turn(fresh), turn(fresh)])).filter(Boolean)).toEqual([true])
    const second = await openAnother(fresh)
    const after = (await second.call<LoggedIn>('POST /auth/login', { body: admin })).data
    expect(kidOf(after.accessToken)).toBe(id)
    for (const process of [second, { statusOf: statusAt(fresh.call) }]) {
      expect(await process.statusOf(before.accessToken)).toBe(200)
      expect(await process.statusOf(after.accessToken)).toBe(200)
    }
    await second.close()
    await fresh.close()
  })

  test('forgets the private key when the last token has ended', async () => {
    const fresh = await openSeeded()
    await fresh.call('POST /auth/login', { body: admin })
    await publish(fresh)
    await fresh.admin.query(`update signing_key set status = 'retired',
      retired_at = now() - interval '8 days' where status = 'published'`)
    await turn(fresh)
    const { rows } = await fresh.admin.query('select status from signing_key')
    await fresh.close()
    expect(rows).toEqual([{ status: 'active' }])
  })

  test('is not noticed by who holds a token of the old key, until that key is gone', async () => {
    const fresh = await openSeeded()
    const before = (await fresh.call<LoggedIn>('POST /auth/login', { body: admin })).data
    await fresh.admin.query(`update signing_key set status = 'retired', retired_at = now()`)

    const second = await openAnother(fresh)
    const after = (await second.call<LoggedIn>('POST /auth/login', { body: admin })).data
    expect(kidOf(after.accessToken)).not.toBe(kidOf(before.accessToken))
    expect(await second.statusOf(before.accessToken)).toBe(200)
    expect(await second.statusOf(after.accessToken)).toBe(200)
    await second.close()

    await fresh.admin.query(`delete from signing_key where status = 'retired'`)
    const third = await openAnother(fresh)
    expect(await third.statusOf(before.accessToken)).toBe(401)
    expect(await third.statusOf(after.accessToken)).toBe(200)
    await third.close()
    await fresh.close()
  })

  test('cannot be had by a flood of key ids that nobody knows', async () => {
    let fetches = 0
    const counting = createServer((_request, response) => {
      fetches += 1
      void keySet().then(async (set) => response.end(await set.text()))
    })
    await new Promise<void>((resolve) => counting.listen(0, '127.0.0.1', resolve))
    const { port } = counting.address() as { port: number }
    const flooded = await openAnother(stack, `http://127.0.0.1:${port}`)
    expect(await flooded.statusOf(signed({}))).toBe(200)
    const forged = Array.from({ length: 50 }, () => signed({}, { kid: randomUUID() }))
    const statuses = await Promise.all(forged.map((token) => flooded.statusOf(token)))
    expect(new Set(statuses)).toEqual(new Set([401]))
    expect(fetches).toBe(1)
    await flooded.close()
    counting.close()
  })
})

async function openSeeded(): Promise<Stack> {
  const fresh = await openStack(identity, { ...(await ownKeys()), BCRYPT_ROUNDS: '4' })
  const development = { ...fresh.env, FORECOURT_SEED: 'development' }
  await seed(readConfig(SeedConfig, development).config)
  return fresh
}

async function publish({ pool }: Stack): Promise<{ id: string; signsFrom: string }> {
  const said = await rotateSigningKey({ pool, personal })
  const [, id = '', signsFrom = ''] =
    /^Key (\S+) is published, and signs from (\S+)\.$/.exec(said) ?? []
  return { id, signsFrom }
}

function turn({ pool }: Stack): Promise<boolean> {
  return inTransaction<Tables, boolean>(pool, systemScope(), (db) => turnKeys(db, 604_800))
}

/** A process of its own memory, over the same database. */
async function openAnother({ env }: Stack, jwksUrl?: string) {
  const keys = await ownKeys()
  const running = await open(identity, { ...env, ...keys, JWKS_URL: jwksUrl ?? keys.JWKS_URL })
  const call = caller(running.url)
  return { call, statusOf: statusAt(call), close: () => running.close() }
}

function statusAt(call: Stack['call']) {
  return async (token: string) => (await call('GET /auth/me', { token })).status
}

function kidOf(token: string): string {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid
}
