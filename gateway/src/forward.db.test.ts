import { connect } from 'node:net'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { eventually } from '@forecourt/testing/eventually'
import { leaseRedis } from '@forecourt/testing/redis-lease'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, openHouse, type Answer, type Refusal, type TestHouse } from './test-house.ts'

let house: TestHouse

beforeAll(async () => {
  house = await openHouse(await leaseRedis(), {
    RATE_LIMIT_MAX_REQUESTS: '100000',
    CORS_ORIGINS: 'https://app.example.com',
    UPSTREAM_TIMEOUT_MS: '2000',
  })
})
afterAll(() => house.close())

const rows = JSON.stringify(Array.from({ length: 200 }, (_, row) => ({ row, name: `Row ${row}` })))
const MB = 1_048_576

describe('a request', () => {
  test('reaches its service without our prefix, with its query and body as they are', async () => {
    const answer = await house.ask('/api/v1/vehicles/7?q=a%20b&filter[x]=1', {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'if-match': '"3"' },
      body: '{"colour":"red"}',
    })
    expect(answer.status).toBe(200)
    expect(answer.json()).toMatchObject({
      service: 'customer-vehicle',
      method: 'PUT',
      url: '/vehicles/7?q=a%20b&filter[x]=1',
      headers: { 'content-length': '16', 'if-match': '"3"' },
      bytes: 16,
    })
  })

  test('keeps its well-formed id, gets one otherwise, and is answered with it', async () => {
    const kept = await house.ask('/api/auth/me', { headers: { 'x-request-id': 'trace-0001_a' } })
    expect(kept.headers['x-request-id']).toBe('trace-0001_a')
    expect(kept.json().headers['x-request-id']).toBe('trace-0001_a')
    for (const odd of ['short', 'a b c d e f g', 'x'.repeat(65), '${jndi:ldap}']) {
      const made = await house.ask('/api/auth/me', { headers: { 'x-request-id': odd } })
      expect(made.headers['x-request-id']).toMatch(/^[\da-f-]{36}$/)
      expect(made.json().headers['x-request-id']).toBe(made.headers['x-request-id'])
    }
  })

  test('never brings an identity or an address of its own making', async () => {
    const { headers } = (
      await house.ask('/api/auth/me', {
        headers: {
          'x-user-id': '1',
          'x-forwarded-for': '10.9.9.9',
          'x-real-ip': '10.9.9.9',
          forwarded: 'for=10.9.9.9',
        },
      })
    ).json()
    expect(headers['x-forwarded-for']).toBe('127.0.0.1')
    expect(headers).not.toHaveProperty('x-user-id')
    expect(headers).not.toHaveProperty('x-real-ip')
    expect(headers).not.toHaveProperty('forwarded')
  })

  test('to an unknown address is answered by us, and reaches nobody', async () => {
    const before = Object.values(house.services).map((service) => service.count())
    const paths = ['/api/v1/nothing', '/api/v1/vehicles/%2e%2e/auth/me', '/api/v1//auth/me']
    for (const path of paths) {
      const answer = await house.ask(path)
      expect(answer.status).toBe(404)
      const refusal = answer.json<Refusal>()
      expect(refusal.error).toMatchObject({ code: 'NOT_FOUND_001', reason: 'route_unknown' })
      expect(refusal.meta.requestId).toBe(answer.headers['x-request-id'])
    }
    expect(Object.values(house.services).map((service) => service.count())).toEqual(before)
  })

  test('that is no HTTP, or has huge headers, is refused in our words', async () => {
    const { hostname, port } = new URL(house.url)
    const socket = connect(Number(port), hostname)
    socket.write('NONSENSE\r\n\r\n')
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    expect(chunk.toString()).toMatch(/^HTTP\/1\.1 400 Bad Request[^]*"request_unreadable"/)
    const huge = await house.ask('/api/auth/me', { headers: { 'x-big': 'x'.repeat(20_000) } })
    expect(huge.status).toBe(431)
    expect(huge.json<Refusal>().error.reason).toBe('headers_too_large')
  })
})

describe('a body', () => {
  const chunked = { 'transfer-encoding': 'chunked', 'content-type': 'application/json' }
  const form = { 'content-type': 'multipart/form-data; boundary=x' }

  test('of unknown length is streamed to the service', async () => {
    const body = 'x'.repeat(MB)
    const answer = await house.ask('/api/auth/x', { method: 'POST', headers: chunked, body })
    expect(answer.json()).toMatchObject({ bytes: MB })
  })

  test('beyond its limit is refused, whether its length is told or not', async () => {
    const body = 'x'.repeat(MB + 1)
    for (const headers of [chunked, { 'content-type': 'application/json' }]) {
      const answer = await house.ask('/api/auth/x', { method: 'POST', headers, body })
      expect(answer.status).toBe(413)
      expect(answer.json<Refusal>().error.reason).toBe('body_too_large')
    }
  })

  test('with a file in it may be larger, and has its limit too', async () => {
    const photo = 'x'.repeat(5 * MB)
    const taken = await house.ask('/api/files', { method: 'POST', headers: form, body: photo })
    expect(taken.json()).toMatchObject({ bytes: 5 * MB })
    for (const coding of [{}, { 'transfer-encoding': 'chunked' }]) {
      const headers = { ...form, ...coding }
      const body = 'x'.repeat(6 * MB + 1)
      const answer = await house.ask('/api/files', { method: 'POST', headers, body })
      expect(answer.status).toBe(413)
      expect(answer.json<Refusal>().error.reason).toBe('file_too_large')
    }
  })

  test('that is refused is let pass, so that whoever only sends still reads why', async () => {
    const body = 'x'.repeat(24 * MB)
    const headers = { ...form, connection: 'close' }
    const answer = await house.ask('/api/files', { method: 'POST', headers, body })
    expect(answer.status).toBe(413)
    expect(answer.headers.connection).toBe('close')
  })

  test('that nobody reads does not keep the answer back', async () => {
    house.services.identity.answer((_incoming, response) => {
      response.writeHead(401, { 'content-type': 'application/json' }).end('{}')
    })
    const body = 'x'.repeat(MB)
    const answer = await house.ask('/api/auth/x', { method: 'POST', headers: chunked, body })
    expect(answer.status).toBe(401)
  })
})

describe('an answer', () => {
  test('of text is compressed as the caller takes it, and only when it is large', async () => {
    house.services.reporting.answer((_incoming, response) => {
      response.writeHead(200, { 'content-type': 'application/json', etag: '"3"' }).end(rows)
    })
    const asked = (coding: string) =>
      house.ask('/api/admin/audit-logs', { headers: { 'accept-encoding': coding } })
    const [brotli, gzip, plain] = await Promise.all(['gzip, br', 'gzip', 'identity'].map(asked))
    expect(brotli?.headers).toMatchObject({ 'content-encoding': 'br', etag: '"3"' })
    expect(brotliDecompressSync(bytesOf(brotli)).toString()).toBe(rows)
    expect(gunzipSync(bytesOf(gzip)).toString()).toBe(rows)
    expect(bytesOf(gzip).length).toBeLessThan(rows.length / 2)
    expect(plain?.text).toBe(rows)
    expect(plain?.headers.vary).toMatch(/accept-encoding/)
    const small = await house.ask('/api/vehicles', { headers: { 'accept-encoding': 'br' } })
    expect(small.headers['content-encoding']).toBeUndefined()
  })

  test('that is a picture, or compressed already, travels untouched', async () => {
    house.services.reporting.answer((incoming, response) => {
      const isImage = incoming.url?.includes('image')
      const headers = isImage ? { 'content-type': 'image/webp' } : { 'content-encoding': 'zstd' }
      response.writeHead(200, headers).end(rows)
    })
    for (const kind of ['image', 'zstd']) {
      const headers = { 'accept-encoding': 'br, gzip' }
      const answer = await house.ask(`/api/admin/audit-logs?${kind}`, { headers })
      expect(answer.text).toBe(rows)
      expect(answer.headers['content-encoding']).toBe(kind === 'image' ? undefined : 'zstd')
    }
  })

  test('to HEAD has headers alone', async () => {
    house.services.reporting.answer((_incoming, response) => {
      response.writeHead(200, { 'content-length': String(rows.length) }).end()
    })
    const answer = await house.ask('/api/admin/audit-logs', { method: 'HEAD' })
    expect(answer).toMatchObject({ status: 200, text: '' })
    expect(answer.headers['content-length']).toBe(String(rows.length))
  })

  test('protects the browser, and one with tokens is kept by nobody', async () => {
    const { headers } = await house.ask('/api/customers/verify-otp', { method: 'POST' })
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
    })
    const { headers: others } = await house.ask('/api/vehicles')
    expect(others['cache-control']).toBeUndefined()
  })

  test('may be read by the pages of the listed origins alone', async () => {
    const from = (origin: string, method = 'GET') =>
      house.ask('/api/vehicles', {
        method,
        headers: { origin, 'access-control-request-headers': 'authorization, if-match' },
      })
    const ours = await from('https://app.example.com')
    expect(ours.headers['access-control-allow-origin']).toBe('https://app.example.com')
    expect(ours.headers.vary).toMatch(/origin/i)
    const preflight = await from('https://app.example.com', 'OPTIONS')
    expect(preflight.status).toBe(204)
    expect(preflight.headers).toMatchObject({
      'access-control-allow-headers': 'authorization, if-match',
      'access-control-allow-methods': expect.stringContaining('PUT') as string,
    })
    for (const origin of ['https://app.example.com.evil.test', 'null', 'http://app.example.com']) {
      const both = [await from(origin), await from(origin, 'OPTIONS')]
      for (const { headers } of both) {
        expect(headers['access-control-allow-origin']).toBeUndefined()
        expect(headers['access-control-allow-headers']).toBeUndefined()
      }
    }
  })
})

describe('when one side goes away', () => {
  test('the service is told that its caller has gone', async () => {
    const gone = Promise.withResolvers<string>()
    house.services.reporting.answer((_incoming, response) => {
      response.on('close', () => gone.resolve('told'))
      response.writeHead(200).write('first')
    })
    const { hostname, port } = new URL(house.url)
    const sent = request({ hostname, port, path: '/api/admin/audit-logs' })
    sent.on('error', () => undefined)
    sent.on('response', (response) => response.once('data', () => sent.destroy()))
    sent.end()
    expect(await gone.promise).toBe('told')
  })

  test('a caller gone in the middle of a body leaves nothing open at the service', async () => {
    const before = house.services.reporting.count()
    const gone = Promise.withResolvers<string>()
    house.services.reporting.answer((incoming) => {
      incoming.on('error', () => undefined)
      incoming.on('close', () => gone.resolve('told'))
      incoming.resume()
    })
    const { hostname, port } = new URL(house.url)
    const headers = { 'content-length': '1000' }
    const path = '/api/admin/audit-logs'
    const sent = request({ hostname, port, path, method: 'POST', headers })
    sent.on('error', () => undefined)
    sent.write('half')
    await eventually('a request at the service', () => house.services.reporting.count() > before)
    setTimeout(() => sent.destroy(), 50)
    expect(await gone.promise).toBe('told')
  })

  test('the caller never takes half an answer for a whole one', async () => {
    house.services.reporting.answer((_incoming, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('half')
      setTimeout(() => response.destroy(), 20)
    })
    await expect(house.ask('/api/admin/audit-logs')).rejects.toThrow(/aborted|hang up|ECONNRESET/)
  })

  test('a slow reader does not make us hold the answer', async () => {
    let written = 0
    const chunk = Buffer.alloc(64 * 1_024)
    house.services.reporting.answer((_incoming, response) => {
      const more = () => {
        let isRoom = true
        while (isRoom && written < 64 * MB) {
          isRoom = response.write(chunk)
          written += chunk.length
        }
      }
      response.on('drain', more)
      more()
    })
    const { hostname, port } = new URL(house.url)
    const sent = request({ hostname, port, path: '/api/admin/audit-logs' })
    sent.on('error', () => undefined)
    sent.on('response', (response) => response.pause())
    sent.end()
    await eventually('a first chunk', () => written > 0)
    // It has filled every buffer on its way when nothing more is taken for a while.
    await eventually('a service that is kept waiting', async () => {
      const former = written
      await new Promise((resolve) => setTimeout(resolve, 300))
      return written === former
    })
    expect(written).toBeLessThan(16 * MB)
    sent.destroy()
  })
})

describe('when a service is away', () => {
  const unavailable = { code: 'UNAVAILABLE_001', reason: 'service_unavailable' }

  test('a connection that breaks before the answer, and a service that is silent, are 503', async () => {
    house.services.reporting.answer((incoming, response) => {
      if (incoming.url?.includes('reset')) response.destroy()
    })
    for (const path of ['/api/admin/audit-logs?reset', '/api/admin/audit-logs?silent']) {
      const answer = await house.ask(path)
      expect(answer.status).toBe(503)
      expect(answer.headers['retry-after']).toBe('2')
      expect(answer.json<Refusal>().error).toMatchObject(unavailable)
    }
  })

  test('a write is sent once, even if its connection breaks', async () => {
    house.services.reporting.answer((_incoming, response) => response.destroy())
    const before = house.services.reporting.count()
    const asked = { method: 'POST', body: '{}' }
    expect((await house.ask('/api/admin/audit-logs', asked)).status).toBe(503)
    expect(house.services.reporting.count()).toBe(before + 1)
  })

  test('a reading request finds a service that comes back at once, a write does not wait', async () => {
    const { url, close } = house.services.reporting
    await close()
    // It asks again after a moment; a busy machine may need some rounds to be back by then.
    await eventually('a reading request that waited', async () => {
      const reading = house.ask('/api/admin/audit-logs')
      const writing = house.ask('/api/admin/audit-logs', { method: 'POST', body: '{}' })
      expect((await writing).status).toBe(503)
      const back = createServer((_incoming, response) => response.end('back'))
      back.listen(Number(new URL(url).port), '127.0.0.1')
      const { text } = await reading
      back.closeAllConnections()
      await new Promise((resolve) => back.close(resolve))
      return text === 'back'
    })
  })

  test('only its own routes are, and its callers keep their connections', async () => {
    await house.services.notification.close()
    const post = { method: 'POST', body: 'x'.repeat(1_000) }
    const [away, awayToo, there] = await Promise.all([
      house.ask('/api/v1/notifications'),
      ask(house.url, '/api/v1/webhooks/twilio/status', post),
      house.ask('/api/v1/vehicles'),
    ])
    expect(away.status).toBe(503)
    expect(awayToo.json<Refusal>().error).toMatchObject(unavailable)
    expect(there.status).toBe(200)
    const ready = await house.ask('/readyz')
    expect(ready.status).toBe(503)
    expect(ready.json<object>()).toMatchObject({
      services: { notification: { status: 'unreachable' } },
    })
    expect((await house.ask('/livez')).status).toBe(200)
  })
})

function bytesOf(answer: Answer | undefined): Buffer {
  if (!answer) throw new Error('There is no answer.')
  return answer.bytes
}
