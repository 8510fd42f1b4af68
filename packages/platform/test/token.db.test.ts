import {
  createHmac,
  generateKeyPairSync,
  randomUUID,
  sign as signBytes,
  type KeyObject,
} from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SessionEnded } from '@forecourt/contracts/identity-events'
import { AUDIENCE, ISSUER } from '@forecourt/platform/token'
import { asha, pune } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { createSigner, type SignerOptions } from 'fast-jwt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bicycles } from './bicycle/service.ts'

/** Identity's key set: how often it was asked, and whether it answers. */
const identity = { fetches: 0, isAway: false, keys: [] as object[] }
const known = generateKeyPairSync('ed25519')
const foreign = generateKeyPairSync('ed25519')
let server: Server
let stack: Stack

beforeAll(async () => {
  identity.keys = [jwkOf(known.publicKey, 'known'), rsaKey()]
  server = createServer((_request, response) => {
    identity.fetches += 1
    if (identity.isAway) return void response.writeHead(503).end()
    response.end(JSON.stringify({ keys: identity.keys }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  stack = await openStack(bicycles, { JWKS_URL: `http://127.0.0.1:${port}/jwks` })
})
afterAll(async () => {
  await stack?.close()
  server?.close()
})

function jwkOf(key: KeyObject, kid: string): object {
  return { ...key.export({ format: 'jwk' }), kid, alg: 'EdDSA', use: 'sig' }
}

/** A key set may hold what we have no use for. */
function rsaKey(): object {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  return { ...publicKey.export({ format: 'jwk' }), kid: 'rsa', use: 'sig' }
}

const noExpiry = { expiresIn: undefined } as unknown as Partial<SignerOptions>
const good = { sub: asha.userId, sid: asha.sessionId, roles: ['advisor'], centers: [pune] }

interface Signing {
  claims?: object
  options?: Partial<SignerOptions>
  key?: KeyObject
}

function sign({ claims = {}, options = {}, key = known.privateKey }: Signing = {}): string {
  const signer = createSigner({
    ...{ algorithm: 'EdDSA', kid: 'known', iss: ISSUER, aud: AUDIENCE, expiresIn: 60_000 },
    ...options,
    key: key.export({ type: 'pkcs8', format: 'pem' }),
  } as SignerOptions & { key: string })
  return signer({ ...good, ...claims })
}

/** A token put together by hand, as an attacker does. */
function forged(header: object, sealed: (input: string) => string, changes = {}): string {
  const now = Math.floor(Date.now() / 1_000)
  const claims = { ...good, iss: ISSUER, aud: AUDIENCE, iat: now, exp: now + 60, ...changes }
  const input = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${input}.${sealed(input)}`
}

function signedWithPublicKey(pem: string): string {
  return forged({ alg: 'HS256', kid: 'known', typ: 'JWT' }, (input) =>
    createHmac('sha256', pem).update(input).digest('base64url'),
  )
}

function signature(input: string): string {
  return signBytes(null, Buffer.from(input), known.privateKey).toString('base64url')
}

const pem = known.publicKey.export({ type: 'spki', format: 'pem' })

test('a token of identity opens the door', async () => {
  expect((await stack.call('GET /bicycles', { token: sign() })).status).toBe(200)
})

describe('is refused with AUTH_002:', () => {
  const soon = Math.floor(Date.now() / 1_000) + 3_600
  const attacks: Record<string, () => string> = {
    'a token without a signature': () => forged({ alg: 'none' }, () => ''),
    'alg none with a key id': () => forged({ alg: 'none', kid: 'known' }, () => ''),
    'alg none with a signature': () => forged({ alg: 'none', kid: 'known' }, () => 'AAAA'),
    'HS256 under the public key': () => signedWithPublicKey(pem),
    'HS256 under the public key with white space': () => signedWithPublicKey(`\n ${pem}`),
    'a key that identity does not know': () => sign({ key: foreign.privateKey }),
    'the id of a foreign key': () => sign({ options: { kid: 'foreign' }, key: foreign.privateKey }),
    'a key id that is a path': () => sign({ options: { kid: '../../etc/passwd' } }),
    'a key id that is SQL': () => sign({ options: { kid: "known' or '1'='1" } }),
    'a key id of the prototype': () => sign({ options: { kid: '__proto__' } }),
    'a key that the token brings itself': () =>
      sign({
        key: foreign.privateKey,
        options: { kid: 'own', header: { alg: 'EdDSA', jwk: jwkOf(foreign.publicKey, 'own') } },
      }),
    'another issuer': () => sign({ options: { iss: 'somebody' } }),
    'another audience': () => sign({ options: { aud: 'somewhere' } }),
    'a token that ran out': () => sign({ claims: { exp: soon - 7_200 }, options: noExpiry }),
    'a token of the future': () => sign({ claims: { nbf: soon } }),
    'an expiry that is a text': () =>
      forged({ alg: 'EdDSA', kid: 'known' }, signature, { exp: `${soon}` }),
    'a session that is no id': () => sign({ claims: { sid: 'all' } }),
    'a center that is no id': () => sign({ claims: { centers: ['*'] } }),
    'a token of another kind': () => sign({ claims: { roles: undefined, centers: undefined } }),
    'two tokens': () => `${sign()} ${sign()}`,
    'no token at all': () => '.',
    'a token that was cut': () => sign().slice(0, -4),
  }
  test.each(Object.entries(attacks))('%s', async (_, make) => {
    const { status, body } = await stack.call('GET /bicycles', { token: make() })
    expect([status, body.error?.code]).toEqual([401, 'AUTH_002'])
  })

  test.each(['iss', 'aud', 'exp', 'sub', 'sid'])('a token without %s', async (claim) => {
    const claims = { ...good, iss: ISSUER, aud: AUDIENCE, exp: soon, [claim]: undefined }
    const signer = createSigner({
      ...{ algorithm: 'EdDSA', kid: 'known' },
      key: known.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    })
    const { status, body } = await stack.call('GET /bicycles', { token: signer(claims) })
    expect([status, body.error?.code]).toEqual([401, 'AUTH_002'])
  })
})

test('a flood of unknown key ids makes at most one look at the key set', async () => {
  const before = identity.fetches
  const tokens = Array.from({ length: 60 }, () => sign({ options: { kid: randomUUID() } }))
  const answers = await Promise.all(tokens.map((token) => stack.call('GET /bicycles', { token })))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]))
  expect(identity.fetches - before).toBeLessThanOrEqual(1)
})

test('while identity is away, tokens of known keys go on', async () => {
  identity.isAway = true
  const fresh = sign({ claims: { sub: randomUUID() } })
  expect((await stack.call('GET /me', { token: fresh })).status).toBe(200)
  identity.isAway = false
})

test('a service that never saw the key set is unavailable, and recovers with it', async () => {
  identity.isAway = true
  const running = await stack.openAnother()
  const ask = () => fetch(`${running.url}/me`, { headers: { authorization: `Bearer ${sign()}` } })
  const [before, begun] = [identity.fetches, performance.now()]
  const answers = await Promise.all(Array.from({ length: 20 }, ask))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]))
  expect(answers[0]?.headers.get('retry-after')).toBe('2')
  // It looks at most once a second, however many ask.
  const seconds = Math.ceil((performance.now() - begun) / 1_000)
  expect(identity.fetches - before).toBeLessThanOrEqual(1 + seconds)
  identity.isAway = false
  await expect.poll(async () => (await ask()).status).toBe(200)
  await running.close()
})

describe('a session that ended', () => {
  const sid = randomUUID()
  const token = sign({ claims: { sid } })

  test('is refused everywhere', async () => {
    const ask = (signature: 'GET /x', body?: object) => stack.call(signature, { token, body })
    expect((await ask('GET /me' as 'GET /x')).status).toBe(200)
    const tokensBefore = new Date(Date.now() + 1_000).toISOString()
    const forgetAt = new Date(Date.now() + 3_600_000).toISOString()
    await publish(stack, SessionEnded, { sessionId: sid, tokensBefore, forgetAt })
    await expect.poll(async () => (await ask('GET /me' as 'GET /x')).status).toBe(401)

    const asked = [
      await ask('GET /bicycles' as 'GET /x'),
      await ask('GET /bicycle-count' as 'GET /x'),
      await ask('POST /bicycles' as 'GET /x', { name: 'Late' }),
      await ask('POST /rings' as 'GET /x', { subject: sid }),
      await ask('POST /stumbles' as 'GET /x', { how: 'nothing' }),
    ]
    expect(asked.map(({ body }) => body.error?.reason)).toEqual(asked.map(() => 'session_ended'))
    const raw = await stack.call('POST /weighings', {
      token,
      body: new Uint8Array(10),
      headers: { 'content-type': 'multipart/form-data' },
    })
    expect(raw.body.error?.reason).toBe('session_ended')
  })

  test('leaves nothing of what it tried, not even what runs before the transaction', async () => {
    const { rows } = await stack.admin.query(
      `select 1 from bicycle where name = 'Late' union all select 1 from ring where subject = $1`,
      [sid],
    )
    expect(rows).toEqual([])
  })

  test('says nothing about other sessions, nor about its own newer tokens', async () => {
    expect((await stack.call('GET /bicycles', { token: sign() })).status).toBe(200)
    const later = sign({ claims: { sid, iat: Math.floor(Date.now() / 1_000) + 2 } })
    expect((await stack.call('GET /bicycles', { token: later })).status).toBe(200)
  })
})

test('whoever signs in may still carry a token that ran out', async () => {
  const { status } = await stack.call('POST /tokens', {
    token: 'stale.token.indeed',
    body: { password: 'open sesame' },
  })
  expect(status).toBe(200)
})
