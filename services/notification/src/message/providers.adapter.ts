import type { NotificationConfig } from '../config.ts'
import type { Means } from '../db.ts'
import { openEmail } from './email.adapter.ts'
import { openTwilio } from './twilio.adapter.ts'

type Providers = Pick<Means, 'providers' | 'isSignedByTwilio' | 'underWay'>

export async function openProviders(settings: NotificationConfig): Promise<Providers> {
  const { sms, whatsapp, isSigned } = await openTwilio(settings)
  return {
    providers: { sms, whatsapp, email: openEmail(settings) },
    isSignedByTwilio: isSigned,
    underWay: { sms: new Set(), whatsapp: new Set(), email: new Set() },
  }
}

/** Waits for the messages on their way out: their replies tell whether they were taken. */
export async function closeProviders({ providers, underWay }: Providers): Promise<void> {
  await Promise.all(Object.values(underWay).flatMap((tries) => [...tries]))
  for (const provider of Object.values(providers)) provider.close?.()
}
