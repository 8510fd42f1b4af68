import { randomUUIDv7 } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { Means, Tables } from '../db.ts'
import { findTemplate } from '../template/template.queries.ts'
import type { Variables } from '../template/template.ts'
import { mayFollow, pauseAfter, priorityOf, senderOf, type MessageRow } from './message.ts'
import type { Channel, Outcome } from './provider.ts'

/** A message that somebody is to get; `event` is what it tells of. */
export interface Post {
  eventId: string
  channel: Channel
  template: string
  /** In its normal form: E.164, or a lower-case e-mail address. */
  recipient: string
  variables: Variables
  customerId: string | null
  accountId?: string | undefined
  serviceCenterId: string | null
  expiresAt?: string
  /** A file that goes along by e-mail: where its bytes lie, and what it is called. */
  attachment?: { key: string; name: string }
}

interface Desk extends Pick<Means, 'personal' | 'settings'> {
  db: Kysely<Tables>
  wake(job: string): void
}

/** Queues one message; the same event, channel, person and template are never queued twice. */
export async function queueMessage(desk: Desk, post: Post): Promise<void> {
  const { db, personal, settings, wake } = desk
  const { channel, recipient, variables, expiresAt = null, attachment, ...about } = post
  const text = await findTemplate(db, post.template, channel, settings.MESSAGE_LANGUAGE)
  const id = randomUUIDv7()
  await db
    .insertInto('message')
    .values({
      ...about,
      id,
      accountId: post.accountId ?? null,
      channel,
      templateId: text.id,
      category: text.category,
      priority: priorityOf[text.category],
      recipient: personal.seal(recipient, placeOf('recipient', id)),
      recipientIndex: personal.blindIndex(channel === 'email' ? 'email' : 'phone', recipient),
      variables: personal.seal(JSON.stringify(variables), placeOf('variables', id)),
      expiresAt,
      attachmentKey: attachment?.key ?? null,
      attachmentName: attachment?.name ?? null,
      status: 'queued',
      tries: 0,
      isDoubtful: false,
      dueAt: sql`now()`,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  wake(senderOf(channel))
}

export function placeOf(column: 'recipient' | 'variables', id: string) {
  return { table: 'message', column, id }
}

/**
 * Takes up to `count` due messages for this process alone, the most urgent first. A claim ends
 * with its lease; whoever claims later raises `tries`, and an outcome of the former is void.
 */
export async function claimMessages(
  db: Kysely<Tables>,
  channel: Channel,
  count: number,
  leaseMs: number,
): Promise<MessageRow[]> {
  const due = db
    .selectFrom('message')
    .select('id')
    .where('channel', '=', channel)
    .where('status', 'in', ['queued', 'unknown'])
    .where('dueAt', '<=', sql<string>`now()`)
    .where((eb) => eb.or([eb('expiresAt', 'is', null), eb('expiresAt', '>', sql<string>`now()`)]))
    .orderBy('priority')
    .orderBy('dueAt')
    .limit(count)
    .forUpdate()
    .skipLocked()
  return db
    .updateTable('message')
    .set((eb) => ({
      status: 'sending',
      tries: eb('tries', '+', 1),
      leaseUntil: inMs(leaseMs),
    }))
    .where('id', 'in', due)
    .returningAll()
    .execute()
}

/** Writes what a try has come to; does nothing when the claim is no longer the one of that try. */
export async function recordOutcome(
  db: Kysely<Tables>,
  message: MessageRow,
  outcome: Outcome,
  unknownLookupMs: number,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('message')
    .set({ leaseUntil: null, ...changesOf(message, outcome, unknownLookupMs) })
    .where((eb) => eb.and({ id: message.id, tries: message.tries, status: 'sending' }))
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

function changesOf(message: MessageRow, outcome: Outcome, unknownLookupMs: number) {
  switch (outcome.kind) {
    case 'taken': {
      const { providerId } = outcome
      const sentAt = sql<string>`now()`
      return { status: 'sent', reason: null, providerId, sentAt, variables: withoutCode } as const
    }
    case 'refused':
      return { status: 'failed', reason: outcome.reason, variables: withoutCode } as const
    case 'busy': {
      const pauseMs = outcome.retryAfterMs ?? pauseAfter(message.tries, message.category)
      const dueAt = inMs(pauseMs)
      return { status: 'queued', reason: outcome.reason, dueAt, isDoubtful: false } as const
    }
    case 'unknown': {
      const dueAt = inMs(unknownLookupMs)
      return { status: 'unknown', reason: outcome.reason, dueAt, isDoubtful: true } as const
    }
  }
}

/** Lets a promotional message rest until its center's quiet time is over. */
export async function holdMessage(
  db: Kysely<Tables>,
  { id, tries }: MessageRow,
  until: string,
): Promise<void> {
  await db
    .updateTable('message')
    .set({ status: 'queued', leaseUntil: null, dueAt: until, scheduledFor: until })
    .where((eb) => eb.and({ id, tries, status: 'sending' }))
    .execute()
}

export interface Report {
  messageId: string
  providerId: string
  status: keyof typeof mayFollow
  reason: string | null
}

/**
 * Writes what the provider says became of a message. A report proves that the message was taken,
 * even if the reply to our call was lost; one that is late or comes again changes nothing.
 */
export async function recordReport(db: Kysely<Tables>, report: Report): Promise<boolean> {
  const { messageId, providerId, status, reason } = report
  const { numUpdatedRows } = await db
    .updateTable('message')
    .set({
      status,
      reason,
      providerId,
      leaseUntil: null,
      variables: withoutCode,
      sentAt: sql`coalesce(sent_at, now())`,
      ...(status === 'delivered' && { deliveredAt: sql<string>`now()` }),
    })
    .where('id', '=', messageId)
    .where('status', 'in', mayFollow[status])
    .where((eb) => eb.or([eb('providerId', 'is', null), eb('providerId', '=', providerId)]))
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Every message to one of these addresses, whoever it was thought to be to. */
export async function eraseMessagesTo(
  { db, personal }: Pick<Desk, 'db' | 'personal'>,
  { phone, email }: { phone: string; email: string | null },
): Promise<void> {
  const digests = [personal.blindIndex('phone', phone)]
  if (email !== null) digests.push(personal.blindIndex('email', email))
  await db.deleteFrom('message').where('recipientIndex', 'in', digests).execute()
}

export const withoutCode = sql<
  string | null
>`case when category = 'authentication' then null else variables end`

function inMs(ms: number) {
  return sql<string>`now() + make_interval(secs => ${ms / 1_000}::float8)`
}
