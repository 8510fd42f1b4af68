import { maskEmail } from '@forecourt/contracts/email'
import { maskPhone } from '@forecourt/contracts/phone'
import { z } from 'zod'
import { channels, type Channel } from './provider.ts'

export const Status = z.enum([
  'queued',
  'sending',
  'sent',
  'delivered',
  'failed',
  'unknown',
  'expired',
])
export type Status = z.infer<typeof Status>

/** One text on its way to one person. Recipient and variables are sealed. */
export const MessageRow = z.object({
  id: z.uuid(),
  eventId: z.uuid(),
  channel: z.enum(channels),
  templateId: z.uuid(),
  template: z.string(),
  category: z.enum(['authentication', 'transactional', 'promotional']),
  priority: z.number().int(),
  customerId: z.uuid().nullable(),
  /** Whose account a code, a link or a word about it is about. */
  accountId: z.uuid().nullable(),
  serviceCenterId: z.uuid().nullable(),
  recipient: z.string(),
  recipientIndex: z.string(),
  variables: z.string().nullable(),
  status: Status,
  reason: z.string().nullable(),
  tries: z.number().int(),
  leaseUntil: z.string().nullable(),
  dueAt: z.string(),
  isDoubtful: z.boolean(),
  providerId: z.string().nullable(),
  scheduledFor: z.string().nullable(),
  expiresAt: z.string().nullable(),
  attachmentKey: z.string().nullable(),
  attachmentName: z.string().nullable(),
  sentAt: z.string().nullable(),
  deliveredAt: z.string().nullable(),
  createdAt: z.string(),
})
export type MessageRow = z.infer<typeof MessageRow>

/** A message as staff sees it: which text went to whom and what became of it, never its words. */
export const Message = MessageRow.pick({
  id: true,
  channel: true,
  template: true,
  category: true,
  customerId: true,
  serviceCenterId: true,
  recipient: true,
  status: true,
  reason: true,
  scheduledFor: true,
  sentAt: true,
  deliveredAt: true,
  createdAt: true,
}).meta({ id: 'Message' })

/** The smaller goes first: nobody waits for a code behind a thousand offers. */
export const priorityOf: Record<MessageRow['category'], number> = {
  authentication: 0,
  transactional: 1,
  promotional: 2,
}

/** Where a status may follow from, whoever reports it: the sender, the clock or the provider. */
export const mayFollow = {
  sent: ['queued', 'sending', 'unknown', 'expired'],
  delivered: ['queued', 'sending', 'unknown', 'expired', 'sent', 'failed'],
  failed: ['queued', 'sending', 'unknown', 'expired', 'sent'],
} as const satisfies Partial<Record<Status, readonly Status[]>>

const REPORTED: Record<string, keyof typeof mayFollow> = {
  accepted: 'sent',
  queued: 'sent',
  sending: 'sent',
  sent: 'sent',
  delivered: 'delivered',
  read: 'delivered',
  failed: 'failed',
  undelivered: 'failed',
  canceled: 'failed',
}

/** Our name for what Twilio calls a message's status; undefined for one that tells us nothing. */
export function statusReported(name: string): keyof typeof mayFollow | undefined {
  return REPORTED[name]
}

export function maskRecipient(channel: Channel, recipient: string): string {
  return channel === 'email' ? maskEmail(recipient) : maskPhone(recipient)
}

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = { authentication: 5_000, transactional: 30_000, promotional: 60_000 }

/** The rest before the next try; it never grows so long that a code would die of it. */
export function pauseAfter(tries: number, category: MessageRow['category']): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(tries - 1, 20), LONGEST_PAUSE_MS[category])
}

/** `send-sms`: the job that hands the messages of one channel to its provider. */
export function senderOf(channel: Channel): string {
  return `send-${channel}`
}
