import { expect, test } from 'vitest'
import { IdentityConfig } from './config.ts'

test('tokens live as long as the requirements say, unless the environment says otherwise', () => {
  expect(IdentityConfig.parse({})).toEqual({
    BCRYPT_ROUNDS: 12,
    JWT_EXPIRES_IN: 604_800,
    JWT_TTL: 60,
    JWT_REFRESH_EXPIRES_IN: 2_592_000,
  })
  const { JWT_EXPIRES_IN } = IdentityConfig.parse({ JWT_EXPIRES_IN: '60m' })
  expect(JWT_EXPIRES_IN).toBe(3_600)
})

test.each(['7', '7 days', '0d', '-1h', '1.5h', 'forever', ''])('%j is no time', (text) => {
  expect(IdentityConfig.safeParse({ JWT_EXPIRES_IN: text }).success).toBe(false)
})

test.each(['3', '16', 'many'])('%s rounds are none that anybody would want', (rounds) => {
  expect(IdentityConfig.safeParse({ BCRYPT_ROUNDS: rounds }).success).toBe(false)
})
