import { z } from 'zod'

/**
 * Who brings SMS and WhatsApp messages, told alike to whoever sends codes and to notification.
 * `inbox`: Twilio's client talks to the local inbox, which everybody on this machine may read.
 * `none`: only e-mail goes out, and whoever asks for a code by phone is told so at once.
 */
export const SmsProvider = z.enum(['twilio', 'inbox', 'none']).default('twilio')
