import { z } from 'zod'

/**
 * Who brings SMS and WhatsApp messages, told alike to whoever sends codes and to notification.
 * `none`: only e-mail goes out, and whoever asks for a code by phone is told so at once.
 */
export const SmsProvider = z.enum(['twilio', 'none']).default('twilio')
