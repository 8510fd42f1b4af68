import { ConfigFault, readConfig } from '@forecourt/platform/config'
import { expect, test } from 'vitest'
import { GatewayConfig } from './config.ts'

const enough = {
  NODE_ENV: 'production',
  REDIS_URL: 'redis://cache:6379',
  JWKS_URL: 'http://identity:3000/.well-known/jwks.json',
  IDENTITY_URL: 'http://identity:3000',
  CUSTOMER_VEHICLE_URL: 'http://customer-vehicle:3000/',
  INVENTORY_URL: 'http://inventory:3000',
  WORKSHOP_URL: 'http://workshop:3000',
  BILLING_URL: 'http://billing:3000',
  NOTIFICATION_URL: 'http://notification:3000',
  REPORTING_URL: 'http://reporting:3000',
}
const read = (env: Record<string, string>) =>
  readConfig(GatewayConfig, { ...enough, ...env }).config

test('the limits are those of the requirements unless told otherwise', () => {
  expect(read({})).toMatchObject({
    RATE_LIMIT_WINDOW_MS: 900_000,
    RATE_LIMIT_MAX_REQUESTS: 100,
    RATE_LIMIT_USER_MAX_REQUESTS: 20_000,
    TRUST_PROXY: [],
  })
})

test.each([
  ['TRUST_PROXY', '1'],
  ['TRUST_PROXY', 'true'],
  ['TRUST_PROXY', '0.0.0.0/0'],
  ['TRUST_PROXY', '10.0.0.0/8,::/0'],
  ['CORS_ORIGINS', '*'],
  ['CORS_ORIGINS', 'https://app.example.com/path'],
  ['INBOX_URL', 'http://inbox:8025'],
  ['IDENTITY_URL', 'identity'],
  ['REPORTING_URL', 'http://reporting:3000/base'],
  ['RATE_LIMIT_MAX_REQUESTS', '0'],
])('production does not start with %s=%s', (name, value) => {
  expect(() => read({ [name]: value })).toThrow(ConfigFault)
  expect(() => read({ [name]: value })).toThrow(name)
})

test('the inbox is shown in development', () => {
  const { INBOX_URL } = read({ NODE_ENV: 'development', INBOX_URL: 'http://127.0.0.1:8025' })
  expect(INBOX_URL).toBe('http://127.0.0.1:8025')
})

test('networks of trusted proxies and origins of pages are lists', () => {
  const config = read({
    TRUST_PROXY: '10.0.0.0/8, fd00::/8',
    CORS_ORIGINS: 'https://app.example.com, http://localhost:3000/',
  })
  expect(config.TRUST_PROXY).toEqual(['10.0.0.0/8', 'fd00::/8'])
  expect(config.CORS_ORIGINS).toEqual(['https://app.example.com', 'http://localhost:3000'])
})
