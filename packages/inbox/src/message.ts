import { z } from 'zod'

const kept = {
  id: z.string(),
  to: z.string(),
  text: z.string(),
  template: z.string().nullable(),
  sentAt: z.iso.datetime(),
}

/** A file that came with an e-mail; its content lies once under its hash. */
export const Attachment = z.object({
  name: z.string(),
  mediaType: z.string(),
  size: z.int().min(0),
  sha256: z.string(),
})
export type Attachment = z.infer<typeof Attachment>

/** An SMS or WhatsApp message; `to` and `from` are bare numbers or names. */
export const PhoneMessage = z.object({
  ...kept,
  channel: z.enum(['sms', 'whatsapp']),
  from: z.string().nullable(),
  messagingServiceSid: z.string().nullable(),
  statusCallback: z.string().nullable(),
  status: z.enum(['queued', 'sent', 'delivered']),
})
export type PhoneMessage = z.infer<typeof PhoneMessage>

/** One recipient's copy of an e-mail. `to` is lower case. */
export const Email = z.object({
  ...kept,
  channel: z.literal('email'),
  from: z.string(),
  subject: z.string(),
  html: z.string().nullable(),
  messageId: z.string().nullable(),
  attachments: z.array(Attachment),
})
export type Email = z.infer<typeof Email>

export const Message = z.discriminatedUnion('channel', [PhoneMessage, Email])
export type Message = z.infer<typeof Message>

export const Channel = z.enum(['sms', 'whatsapp', 'email'])
export type Channel = z.infer<typeof Channel>

/** What `GET /messages` answers for one; `html` and `attachments` only where there are any. */
export type MessageView = {
  id: string
  channel: Channel
  to: string
  subject: string | null
  text: string
  html?: string
  template: string | null
  sentAt: string
  attachments?: { name: string; mediaType: string; size: number }[]
}

export function viewOf(message: Message): MessageView {
  const { id, channel, to, text, template, sentAt } = message
  if (channel !== 'email') return { id, channel, to, subject: null, text, template, sentAt }
  const { subject, html } = message
  const view: MessageView = { id, channel, to, subject, text, template, sentAt }
  if (html !== null) view.html = html
  if (message.attachments.length > 0) {
    view.attachments = message.attachments.map(({ name, mediaType, size }) => {
      return { name, mediaType, size }
    })
  }
  return view
}

/** A Twilio address as it travels, `whatsapp:` and all. */
export function wireAddress(channel: PhoneMessage['channel'], address: string): string {
  return channel === 'whatsapp' ? `whatsapp:${address}` : address
}

/** A bare address, or a Twilio one, as typed into a query, where a `+` may have become a space. */
export function addressFromQuery(text: string): string {
  return text.replace(/^(whatsapp:)? (?=\d)/, '$1+').trim()
}

const SPEAKS_OF_A_CODE = /\b(?:otp|one[- ]time|passcode|code is|code:|\w+ code\b)|ओटीपी|कोड/i
const STANDING_ALONE = /(?<![\p{L}\p{N}_+-])\d{4,8}(?![\p{L}\p{N}_-])/gu
const OTHER_CODES = /\b(?:ref(?:erence)?|pin|postal|zip|hsn|sac|state) code\b/gi

/** The one-time codes that a message carries; an amount, a PIN code or a reference id is none. */
export function codesIn(text: string): string[] {
  if (!SPEAKS_OF_A_CODE.test(text.replace(OTHER_CODES, ''))) return []
  return [...new Set(text.match(STANDING_ALONE))]
}
