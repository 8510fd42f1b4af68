import { expect, test } from 'vitest'
import { shownPath } from './access-log.ts'
import { codingFor } from './compress.ts'
import { requestHeaders, responseHeaders } from './headers.ts'

const ours = { requestId: 'r-12345678', address: '203.0.113.7', protocol: 'https' }

function sent(headers: Record<string, string>): Record<string, string> {
  const flat = requestHeaders(headers, ours)
  const names = flat.filter((_, index) => index % 2 === 0)
  expect(new Set(names).size).toBe(names.length)
  return Object.fromEntries(names.map((name, index) => [name, flat[index * 2 + 1] ?? '']))
}

test('nobody tells a service who they are but the gateway', () => {
  const forged = {
    'x-user-id': '1',
    'x-user-role': 'admin',
    'x-forwarded-user': 'root',
    'x-forwarded-for': '10.0.0.1',
    'x-forwarded-host': 'evil.test',
    'x-forwarded-prefix': '/evil',
    'x-real-ip': '10.0.0.1',
    'x-client-ip': '10.0.0.1',
    'true-client-ip': '10.0.0.1',
    'cf-connecting-ip': '10.0.0.1',
    forwarded: 'for=10.0.0.1',
    'x-original-url': '/admin',
    'x-rewrite-url': '/admin',
    'x-http-method-override': 'DELETE',
    'x-request-id': 'theirs-12345',
    'x-service': 'identity',
  }
  expect(sent(forged)).toEqual({
    'x-request-id': 'r-12345678',
    'x-forwarded-for': '203.0.113.7',
    'x-forwarded-proto': 'https',
  })
})

test('what concerns a request travels, what concerns its connection stays behind', () => {
  const headers = sent({
    authorization: 'Bearer t',
    'idempotency-key': 'k'.repeat(16),
    'if-match': '"3"',
    'content-length': '12',
    'x-twilio-signature': 's',
    connection: 'close, X-Odd',
    'x-odd': '1',
    'keep-alive': 'timeout=5',
    te: 'trailers',
    trailer: 'x',
    upgrade: 'h2c',
    'proxy-authorization': 'Basic x',
    'transfer-encoding': 'chunked',
    expect: '100-continue',
    host: 'api.example.com',
  })
  expect(Object.keys(headers).toSorted()).toEqual([
    'authorization',
    'content-length',
    'idempotency-key',
    'if-match',
    'x-forwarded-for',
    'x-forwarded-proto',
    'x-request-id',
    'x-twilio-signature',
  ])
})

test('a service decides over its answer, within its own connection', () => {
  const base = { vary: 'origin', 'content-security-policy': "default-src 'none'" }
  const headers = responseHeaders(base, {
    vary: 'Accept, Origin',
    'content-security-policy': 'sandbox',
    connection: 'keep-alive, x-hop',
    'x-hop': '1',
    'keep-alive': 'timeout=65',
    'transfer-encoding': 'chunked',
    'set-cookie': ['a=1', 'b=2'],
  })
  expect(headers).toEqual({
    vary: 'Origin, Accept',
    'content-security-policy': 'sandbox',
    'set-cookie': ['a=1', 'b=2'],
  })
})

test.each([
  ['gzip, deflate, br', 'br'],
  ['gzip', 'gzip'],
  ['GZIP;q=0.5', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['br;q=0.0, *', 'gzip'],
  ['*', 'br'],
  ['identity', undefined],
  ['gzip;q=0', undefined],
  ['', undefined],
  [undefined, undefined],
])('a caller who takes "%s" gets %s', (accepted, coding) => {
  expect(codingFor(accepted)).toBe(coding)
})

test.each([
  ['/api/v1/auth/login?token=secret', '/api/v1/auth/login'],
  ['/.well-known/jwks.json', '/.well-known/jwks.json'],
  [
    '/api/v1/customers/0192f000-0000-7000-8000-000000000001',
    '/api/v1/customers/0192f000-0000-7000-8000-000000000001',
  ],
  ['/api/v1/approvals/kq3mZ0fW1yT7cQ9xR2bN8A', '/api/v1/approvals/…'],
  ['/api/v1/customers/+919876543210', '/api/v1/customers/…'],
  ['/api/v1/customers/asha@example.com', '/api/v1/customers/…'],
])('the log shows of %s only %s', (url, shown) => {
  expect(shownPath(url)).toBe(shown)
})
