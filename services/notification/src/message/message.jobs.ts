import { counter, gauge } from '@forecourt/platform/metrics'
import { buffer } from 'node:stream/consumers'
import { NotStored } from '@forecourt/storage/storage'
import { sql, type Kysely } from 'kysely'
import { job, type Means, type Tables } from '../db.ts'
import { render, type Variables } from '../template/template.ts'
import { senderOf, type MessageRow } from './message.ts'
import {
  claimMessages,
  holdMessage,
  placeOf,
  recordOutcome,
  withoutCode,
} from './message.queries.ts'
import { channels, type Channel, type Letter, type Outcome } from './provider.ts'
import { QuietHours, quietUntil } from './quiet-hours.ts'

/** Messages that one process hands to one provider at the same time. */
const SIDE_BY_SIDE = 16
const POLL_MS = 500
const ROUND_MS = 1_000

const ended = counter('forecourt_messages_total', 'Tries to send a message, by their outcome.', [
  'channel',
  'outcome',
])
const oldest = gauge('forecourt_messages_oldest_seconds', 'Age of the oldest message not sent yet.')

interface Desk extends Means {
  db: Kysely<Tables>
}

/**
 * One job for each channel, so that a provider that hangs holds up no other. A try is not waited
 * for: the next message goes as long as there is room beside those under way.
 */
function sendBy(channel: Channel) {
  return job({
    name: senderOf(channel),
    everyMs: POLL_MS,
    async run({ log, ...desk }) {
      const underWay = desk.underWay[channel]
      const room = SIDE_BY_SIDE - underWay.size
      if (room <= 0) {
        await Promise.race(underWay)
        return true
      }
      const leaseMs = desk.settings.MESSAGE_LEASE_MS
      const claimed = await claimMessages(desk.db, channel, room, leaseMs)
      for (const message of claimed) {
        // What was claimed and not finished is found again when its lease runs out.
        const sending = send(desk, message)
          .catch((error: unknown) => log.error({ error, message: message.id }, 'A try failed.'))
          .finally(() => underWay.delete(sending))
        underWay.add(sending)
      }
      return claimed.length === room
    },
  })
}

export const senders = channels.map(sendBy)

async function send(desk: Desk, message: MessageRow): Promise<void> {
  if (message.category === 'promotional') {
    const { consents, quietUntil: until } = await wishesOf(desk, message)
    if (!consents) return end(desk, message, { kind: 'refused', reason: 'consent_missing' })
    if (until) return holdMessage(desk.db, message, until)
  }
  const letter = await letterOf(desk, message)
  if (!letter) return end(desk, message, { kind: 'busy', reason: 'attachment_missing' })
  return end(desk, message, await handOver(desk, message, letter))
}

async function end(desk: Desk, message: MessageRow, outcome: Outcome): Promise<void> {
  const { db, settings } = desk
  const counts = await recordOutcome(db, message, outcome, settings.UNKNOWN_LOOKUP_MS)
  if (counts) ended.inc({ channel: message.channel, outcome: outcome.kind })
}

/** Asks first what became of an earlier try, where the provider can tell. */
async function handOver(
  { db, providers }: Desk,
  message: MessageRow,
  letter: Letter,
): Promise<Outcome> {
  const provider = providers[message.channel]
  if (!message.isDoubtful || !provider.find) return provider.send(letter)
  const found = await provider.find(letter, message.createdAt)
  if (found === null) return { kind: 'unknown', reason: 'lookup_failed' }
  const [mine] = await withoutThoseOfOthers(db, message, found)
  return mine ? { kind: 'taken', providerId: mine } : provider.send(letter)
}

/**
 * The same words may have gone to the same person before. What a report has told meanwhile of this
 * very message is its own.
 */
async function withoutThoseOfOthers(
  db: Kysely<Tables>,
  { id }: MessageRow,
  found: string[],
): Promise<string[]> {
  if (found.length === 0) return []
  const known = await db
    .selectFrom('message')
    .select('providerId')
    .where('providerId', 'in', found)
    .where('id', '<>', id)
    .execute()
  const taken = new Set(known.map(({ providerId }) => providerId))
  return found.filter((id) => !taken.has(id))
}

/** Undefined as long as the file that goes along does not lie in the storage. */
async function letterOf(desk: Desk, message: MessageRow): Promise<Letter | undefined> {
  const { db, personal } = desk
  const { id, channel, template, recipient, variables, attachmentKey, attachmentName } = message
  const content = attachmentKey === null ? null : await contentOf(desk, attachmentKey)
  if (content === undefined) return undefined
  const wording = await db
    .selectFrom('template')
    .selectAll()
    .where('id', '=', message.templateId)
    .executeTakeFirstOrThrow()
  const values = personal.open(variables ?? '', placeOf('variables', id))
  const to = personal.open(recipient, placeOf('recipient', id))
  return {
    messageId: id,
    channel,
    to,
    template,
    ...render(wording, JSON.parse(values) as Variables),
    ...(content && { attachment: { name: attachmentName ?? id, content } }),
  }
}

async function contentOf({ storage }: Desk, key: string): Promise<Buffer | undefined> {
  try {
    return await buffer(await storage.read(key))
  } catch (error) {
    if (error instanceof NotStored) return undefined
    throw error
  }
}

/** What the customer and the clock say to a promotional message, at the moment it would go. */
async function wishesOf({ db, settingOf }: Desk, message: MessageRow) {
  const [customer, center] = await Promise.all([
    db
      .selectFrom('customer')
      .select('marketingConsent')
      .where('id', '=', message.customerId ?? '')
      .executeTakeFirst(),
    db
      .selectFrom('serviceCenter')
      .select('timeZone')
      .where('id', '=', message.serviceCenterId ?? '')
      .executeTakeFirst(),
  ])
  const now = new Date().toISOString()
  const hours = QuietHours.parse(settingOf('quietHours'))
  return {
    consents: customer?.marketingConsent === true,
    quietUntil: quietUntil(hours, now, center?.timeZone ?? 'Asia/Kolkata'),
  }
}

/** Ends what waits in vain: the claims of processes that died, and codes that came too late. */
export const tidyMessages = job({
  name: 'tidy-messages',
  everyMs: ROUND_MS,
  async run({ db, settings }) {
    const lookupS = settings.UNKNOWN_LOOKUP_MS / 1_000
    await db
      .updateTable('message')
      .set({
        status: 'unknown',
        reason: 'sender_fell_silent',
        isDoubtful: true,
        leaseUntil: null,
        dueAt: sql`now() + make_interval(secs => ${lookupS}::float8)`,
      })
      .where('status', '=', 'sending')
      .where('leaseUntil', '<=', sql<string>`now()`)
      .execute()
    const expired = await db
      .updateTable('message')
      .set({ status: 'expired', variables: withoutCode })
      .where('status', 'in', ['queued', 'unknown'])
      .where('expiresAt', '<=', sql<string>`now()`)
      .returning('channel')
      .execute()
    for (const { channel } of expired) ended.inc({ channel, outcome: 'expired' })
    oldest.set(await ageOfOldest(db))
    return false
  },
})

async function ageOfOldest(db: Kysely<Tables>): Promise<number> {
  const { age } = await db
    .selectFrom('message')
    .select(sql<number>`coalesce(extract(epoch from now() - min(created_at)), 0)::float8`.as('age'))
    .where('status', 'in', ['queued', 'unknown', 'sending'])
    .where('scheduledFor', 'is', null)
    .executeTakeFirstOrThrow()
  return age
}
