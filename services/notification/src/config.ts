import { SmsProvider } from '@forecourt/contracts/sms-provider'
import type { BaseConfig } from '@forecourt/platform/config'
import { StorageConfig } from '@forecourt/storage/config'
import { z } from 'zod'

const Phone = z.string().regex(/^\+\d{8,20}$/, 'must be a number such as +15005550006')

/** How Twilio is reached, where it is the one that brings messages to phones. */
export const TwilioConfig = z.object({
  TWILIO_ACCOUNT_SID: z.string().regex(/^AC\w+$/, 'must begin with AC'),
  TWILIO_AUTH_TOKEN: z.string().min(1),
  TWILIO_PHONE_NUMBER: Phone,
  /** Sender on WhatsApp, when it is another number than that of SMS. */
  TWILIO_WHATSAPP_NUMBER: Phone.optional(),
  /** Where Twilio's API is spoken, when it is not Twilio itself. */
  TWILIO_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
})
export type TwilioConfig = z.infer<typeof TwilioConfig>

/** How this service reaches its providers, and the files that it sends along. */
export const NotificationConfig = StorageConfig.extend({
  ...TwilioConfig.partial().shape,
  SMS_PROVIDER: SmsProvider,
  EMAIL_HOST: z.string().min(1),
  EMAIL_PORT: z.coerce.number().int().min(1).max(65_535).default(587),
  EMAIL_USER: z.string().optional(),
  EMAIL_PASSWORD: z.string().optional(),
  EMAIL_FROM: z.string().regex(/@/, 'must be an e-mail address'),
  /** The address under which Twilio reaches this service from outside, without a path of ours. */
  NOTIFICATION_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, '')),
  /** Signs messages that belong to no service center. */
  DEALER_NAME: z.string().min(1).default('Forecourt'),
  MESSAGE_LANGUAGE: z.string().default('en'),
  PROVIDER_TIMEOUT_MS: z.coerce.number().int().min(100).max(60_000).default(10_000),
  /** A message whose sender is silent for so long may have been sent or not. */
  MESSAGE_LEASE_MS: z.coerce.number().int().min(200).max(600_000).default(20_000),
  /** How long after a lost reply the provider is asked what became of the message. */
  UNKNOWN_LOOKUP_MS: z.coerce.number().int().min(50).max(600_000).default(30_000),
})
export type NotificationConfig = z.infer<typeof NotificationConfig> & BaseConfig
