import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { addressOf } from './routes.ts'

/** Method, path, permission, service: the first columns of the derived list. */
const ENDPOINT = /^[A-Z]+ +(\S+) +\S+(?: or \S+)* +([a-z-]+) /gm

const at = (url: string) => {
  const address = addressOf(url)
  return address && `${address.service} ${address.path}${address.query}`
}

describe('every address leads to the service that owns it', () => {
  test.each([
    ['/api/v1/auth/login', 'identity /auth/login'],
    ['/api/v1/customers', 'customer-vehicle /customers'],
    ['/api/v1/customers/0192f000/vehicles', 'customer-vehicle /customers/0192f000/vehicles'],
    ['/api/v1/customers/send-otp', 'identity /customers/send-otp'],
    ['/api/v1/customers/verify-otp', 'identity /customers/verify-otp'],
    ['/api/v1/customers/resend-otp', 'identity /customers/resend-otp'],
    ['/api/v1/customers/send-otp-now', 'customer-vehicle /customers/send-otp-now'],
    ['/api/v1/admin/audit-logs/verify', 'reporting /admin/audit-logs/verify'],
    ['/api/v1/admin/service-centers/7', 'identity /admin/service-centers/7'],
    ['/api/v1/sales/customers?page=2', 'customer-vehicle /sales/customers?page=2'],
    ['/api/v1/webhooks/twilio/status', 'notification /webhooks/twilio/status'],
    ['/api/v1/admin/dead-letters/identity', 'identity /admin/dead-letters/identity'],
    ['/api/v1/admin/dead-letters/reporting/7', 'reporting /admin/dead-letters/reporting/7'],
    ['/.well-known/jwks.json', 'identity /.well-known/jwks.json'],
    ['/api/v1/.well-known/jwks.json', 'identity /.well-known/jwks.json'],
  ])('%s', (url, expected) => expect(at(url)).toBe(expected))
})

test('both prefixes lead to the same handlers', () => {
  expect(at('/api/registrations?x=1')).toBe(at('/api/v1/registrations?x=1'))
})

describe('another spelling of an address is the same address', () => {
  test.each([
    ['/api/v1/auth/login/', 'identity /auth/login'],
    ['/api/v1/%61uth/log%69n', 'identity /auth/login'],
    ['/%61pi/v1/auth/login', 'identity /auth/login'],
    ['/api/v1/customers/send%2Dotp', 'identity /customers/send-otp'],
    ['/api/v1/customers/a%40b%3Ac', 'customer-vehicle /customers/a@b:c'],
    [
      '/api/v1/reference/districts?state=a%2Fb',
      'customer-vehicle /reference/districts?state=a%2Fb',
    ],
    ['/api/v1/customers/%E0%A4%85', 'customer-vehicle /customers/%E0%A4%85'],
    ['/api/v1/customers/%252e%252e', 'customer-vehicle /customers/%252e%252e'],
  ])('%s', (url, expected) => expect(at(url)).toBe(expected))
})

describe('a path that routers read differently leads nowhere', () => {
  test.each([
    '/api/v1//auth/login',
    '//api/v1/auth/login',
    '/api/v1/auth//login',
    '/api/v1/auth/login//',
    '/api/v1/vehicles/../auth/login',
    '/api/v1/vehicles/./7',
    '/api/v1/vehicles/%2e%2e/auth/login',
    '/api/v1/vehicles/.%2E/auth/login',
    '/api/v1/vehicles%2f..%2fauth',
    '/api/v1/vehicles\\..\\auth',
    '/api/v1/vehicles%5C..%5Cauth',
    '/api/v1/vehicles;x=1/7',
    '/api/v1/vehicles/7#/x',
    '/api/v1/vehicles/%00',
    '/api/v1/vehicles/%zz',
    '/api/v1/vehicles/%ff',
    '/api/v1/vehicles/%0d%0ax',
    'http://elsewhere/api/v1/auth/login',
    '*',
    '',
  ])('%s', (url) => expect(at(url)).toBeUndefined())
})

describe('what is not in the table leads nowhere', () => {
  test.each([
    '/api/v1',
    '/api/v1/',
    '/api',
    '/',
    '/api/v1/AUTH/login',
    '/API/v1/auth/login',
    '/api/v1/authx/login',
    '/api/v1x/auth/login',
    '/api/v2/auth/login',
    '/auth/login',
    '/api/v1/openapi.json',
    '/api/v1/metrics',
    '/api/v1/readyz',
    '/api/v1/admin',
    '/api/v1/admin/dead-letters',
    '/api/v1/admin/dead-letters/gateway',
    '/api/v1/admin/system-health',
    '/api/v1/constructor',
    '/api/v1/__proto__/x',
  ])('%s', (url) => expect(at(url)).toBeUndefined())
})

test('every endpoint of every service has its door', () => {
  const list = new URL('../../docs/derived/endpoints.txt', import.meta.url)
  const endpoints = Array.from(readFileSync(list, 'utf8').matchAll(ENDPOINT))
  expect(endpoints.length).toBeGreaterThan(20)
  for (const [, path = '', service] of endpoints) {
    if (service === 'gateway') continue
    const owner = service === 'every' ? 'notification' : service
    expect.soft(addressOf(path.replace(':service', 'notification'))?.service, path).toBe(owner)
  }
})

test('answers with tokens or codes are known as such', () => {
  const isSecret = (url: string) => addressOf(url)?.isSecret
  expect(isSecret('/api/v1/auth/login')).toBe(true)
  expect(isSecret('/api/customers/verify-otp')).toBe(true)
  expect(isSecret('/api/v1/customers')).toBe(false)
})

test('faults are a list exactly where the service behind the address tells them so', () => {
  const file = new URL('../../docs/derived/openapi.json', import.meta.url)
  const { paths } = JSON.parse(readFileSync(file, 'utf8')) as { paths: Record<string, object> }
  const isListed = (path: string) => addressOf(path)?.errors === 'list'
  const told = Object.keys(paths).filter((path) =>
    JSON.stringify(paths[path]).includes('"#/components/schemas/ErrorList"'),
  )
  expect(told.length).toBeGreaterThan(0)
  expect(Object.keys(paths).filter(isListed).toSorted()).toEqual(told.toSorted())
})

// An effort that grew with the square of its length would not end within any patience.
test('a path of a million segments leads where a short one leads', () => {
  const long = `/api/v1/vehicles${'/a'.repeat(1_000_000)}`
  expect(addressOf(long)?.service).toBe(addressOf('/api/v1/vehicles/a')?.service)
})
