import { readConfig } from '@forecourt/platform/config'
import { TwilioConfig, type NotificationConfig } from '../config.ts'
import type { Means } from '../db.ts'
import { openEmail } from './email.adapter.ts'
import type { Provider } from './provider.ts'
import { openTwilio, type Twilio } from './twilio.adapter.ts'

type Providers = Pick<Means, 'providers' | 'isSignedByTwilio' | 'underWay'>

export async function openProviders(settings: NotificationConfig): Promise<Providers> {
  const { sms, whatsapp, isSigned } = await openSmsProvider(settings)
  return {
    providers: { sms, whatsapp, email: openEmail(settings) },
    isSignedByTwilio: isSigned,
    underWay: { sms: new Set(), whatsapp: new Set(), email: new Set() },
  }
}

async function openSmsProvider(settings: NotificationConfig): Promise<Twilio> {
  if (settings.SMS_PROVIDER === 'none') return nobodyAtAll
  const named = Object.keys(TwilioConfig.shape) as (keyof TwilioConfig)[]
  const env = Object.fromEntries(named.map((name) => [name, settings[name]]))
  const { config } = readConfig(TwilioConfig, { ...env, NODE_ENV: settings.NODE_ENV })
  return openTwilio({ ...settings, ...config })
}

/** Messages to phones are kept for staff to see, and end here. */
const nobody: Provider = { send: async () => ({ kind: 'refused', reason: 'provider_missing' }) }
const nobodyAtAll: Twilio = { sms: nobody, whatsapp: nobody, isSigned: () => false }

/** Waits for the messages on their way out: their replies tell whether they were taken. */
export async function closeProviders({ providers, underWay }: Providers): Promise<void> {
  await Promise.all(Object.values(underWay).flatMap((tries) => [...tries]))
  for (const provider of Object.values(providers)) provider.close?.()
}
