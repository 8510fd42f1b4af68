import { BaseConfig, readConfig } from '@forecourt/platform/config'
import { testSecrets } from '@forecourt/testing/stack'
import { expect, test } from 'vitest'
import { cooldownIn, OtpConfig } from './means.ts'

test('the minute between two codes is shortened by a developer, and by nobody in production', () => {
  const cooldownOf = (env: Record<string, string>) => {
    const engines = { DATABASE_URL: 'postgres://x', KAFKA_BROKERS: 'x:1', REDIS_URL: 'redis://x' }
    const given = { ...testSecrets, ...engines, JWKS_URL: 'http://x/jwks', ...env }
    return cooldownIn(readConfig(BaseConfig.extend(OtpConfig.shape), given).config)
  }
  expect([
    cooldownOf({ NODE_ENV: 'development' }),
    cooldownOf({ NODE_ENV: 'development', OTP_COOLDOWN_S: '1' }),
    cooldownOf({ NODE_ENV: 'production', OTP_COOLDOWN_S: '1' }),
    cooldownOf({ NODE_ENV: 'production', OTP_COOLDOWN_S: '120' }),
  ]).toEqual([60, 1, 60, 120])
})
