import { BaseConfig, readConfig } from '@forecourt/platform/config'
import { testSecrets } from '@forecourt/testing/stack'
import { expect, test } from 'vitest'
import { cooldownIn, OtpConfig, revealsIn } from './means.ts'

function configOf(env: Record<string, string>) {
  const engines = { DATABASE_URL: 'postgres://x', KAFKA_BROKERS: 'x:1', REDIS_URL: 'redis://x' }
  const given = { ...testSecrets, ...engines, JWKS_URL: 'http://x/jwks', ...env }
  return readConfig(BaseConfig.extend(OtpConfig.shape), given).config
}

test('the minute between two codes is shortened by a developer, and by nobody in production', () => {
  expect([
    cooldownIn(configOf({ NODE_ENV: 'development' })),
    cooldownIn(configOf({ NODE_ENV: 'development', OTP_COOLDOWN_S: '1' })),
    cooldownIn(configOf({ NODE_ENV: 'production', OTP_COOLDOWN_S: '1' })),
    cooldownIn(configOf({ NODE_ENV: 'production', OTP_COOLDOWN_S: '120' })),
  ]).toEqual([60, 1, 60, 120])
})

test.each([
  ['development', 'true', 'inbox', true],
  ['development', 'true', 'none', true],
  ['development', 'true', 'twilio', false],
  ['development', 'false', 'inbox', false],
  ['production', 'false', 'inbox', false],
])(
  'a code that goes to real phones is shown in no answer: %s, APP_DEBUG %s, %s',
  (NODE_ENV, APP_DEBUG, SMS_PROVIDER, isShown) => {
    expect(revealsIn(configOf({ NODE_ENV, APP_DEBUG, SMS_PROVIDER }))).toBe(isShown)
  },
)
