import { randomUUIDv7 } from 'node:crypto'
import { z } from 'zod'
import { wireAddress, type PhoneMessage } from './message.ts'
import { TwilioProblem } from './twilio-problem.ts'

/** The length that Twilio refuses to exceed, in characters. */
const LONGEST_BODY = 1_600

// As the product takes phones: the joined form of a country code and what was typed may be longer
// than a numbering plan allows.
const PHONE = /^\+\d{8,20}$/

export type TwilioAccount = { accountSid: string; authToken: string }

/** The form of `POST …/Messages.json`, as far as the mailbox reads it. */
export const MessageForm = z.object({
  To: z.string().optional(),
  From: z.string().optional(),
  Body: z.string().optional(),
  MessagingServiceSid: z.string().optional(),
  ContentSid: z.string().optional(),
  ContentVariables: z.string().optional(),
  StatusCallback: z.string().optional(),
})
export type MessageForm = z.infer<typeof MessageForm>

/** Channel and bare address of a Twilio one. */
export function splitAddress(wire: string): {
  channel: PhoneMessage['channel']
  address: string
} {
  return wire.startsWith('whatsapp:')
    ? { channel: 'whatsapp', address: wire.slice('whatsapp:'.length) }
    : { channel: 'sms', address: wire }
}

/** The message that a form asks to send. Throws the `TwilioProblem` that Twilio answers. */
export function messageFrom(form: MessageForm, now: Date): PhoneMessage {
  if (!form.To) throw new TwilioProblem(21604)
  const to = splitAddress(form.To)
  if (!PHONE.test(to.address)) throw new TwilioProblem(21211, form.To)
  if (!form.From && !form.MessagingServiceSid) throw new TwilioProblem(21603)
  const from = form.From ? splitAddress(form.From) : undefined
  if (from && from.channel !== to.channel) throw new TwilioProblem(21910)
  // Twilio fills a content template from its own store; here its variables stand for its text.
  const text = form.Body ?? (form.ContentSid ? (form.ContentVariables ?? '{}') : '')
  if (text === '') throw new TwilioProblem(21602)
  if (text.length > LONGEST_BODY) throw new TwilioProblem(21617)
  if (form.StatusCallback && !isWebAddress(form.StatusCallback)) throw new TwilioProblem(21609)
  return {
    id: `SM${randomUUIDv7().replaceAll('-', '')}`,
    channel: to.channel,
    to: to.address,
    from: from?.address ?? null,
    messagingServiceSid: form.MessagingServiceSid ?? null,
    text,
    template: templateHint(form),
    statusCallback: form.StatusCallback ?? null,
    status: 'queued',
    sentAt: now.toISOString(),
  }
}

// Twilio's client sends no headers of ours, so the name of the template rides on the callback URL.
function templateHint({ StatusCallback, ContentSid }: MessageForm): string | null {
  const hint = StatusCallback ? new URL(StatusCallback).searchParams.get('template') : null
  return hint ?? ContentSid ?? null
}

function isWebAddress(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '')
}

/** Twilio's JSON of a message; times have its RFC 2822 form and its resolution of a second. */
export function resourceOf(message: PhoneMessage, accountSid: string): Record<string, unknown> {
  const { id, channel, to, from, status } = message
  const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${id}`
  const time = new Date(message.sentAt).toUTCString().replace('GMT', '+0000')
  return {
    sid: id,
    account_sid: accountSid,
    api_version: '2010-04-01',
    to: wireAddress(channel, to),
    from: from === null ? null : wireAddress(channel, from),
    body: message.text,
    status,
    direction: 'outbound-api',
    messaging_service_sid: message.messagingServiceSid,
    num_media: '0',
    num_segments: String(segmentsOf(message.text)),
    date_created: time,
    date_updated: time,
    date_sent: status === 'queued' ? null : time,
    error_code: null,
    error_message: null,
    price: null,
    price_unit: 'USD',
    uri: `${uri}.json`,
    subresource_uris: { media: `${uri}/Media.json` },
  }
}

const GSM_7 =
  /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/

/** The parts that a carrier bills; a character beyond GSM 03.38 more than halves their size. */
function segmentsOf(text: string): number {
  const [alone, joined] = GSM_7.test(text) ? [160, 153] : [70, 67]
  const length = text.length + (alone === 160 ? (text.match(/[\^{}\\[~\]|€]/g)?.length ?? 0) : 0)
  return length <= alone ? 1 : Math.ceil(length / joined)
}
