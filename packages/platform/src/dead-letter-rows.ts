import { z } from 'zod'
import type { ReceivedRecord } from './bus.ts'
import { isPersonal, isSecret, scrub, star } from './secrecy.ts'
import type { Table } from './table.ts'

/** Deeper than this no event of the house is, and nobody reads. */
const DEPTH = 16

const Reason = z.enum(['poison', 'failed', 'held'])

/** A letter as the database keeps it; its headers and value are what came from the bus. */
export const DeadLetterRow = z.object({
  seq: z.number().int(),
  id: z.uuid(),
  consumer: z.string(),
  eventId: z.string(),
  topic: z.string(),
  key: z.string(),
  type: z.string(),
  headers: z.record(z.string(), z.string()),
  value: z.instanceof(Buffer).nullable(),
  reason: Reason,
  error: z.string(),
  attempts: z.number().int(),
  diedAt: z.string(),
  redriveAt: z.string().nullable(),
})
export type DeadLetterRow = z.infer<typeof DeadLetterRow>

/** A letter as administrators see it: personal values are masked, and nothing sealed is opened. */
export const DeadLetter = DeadLetterRow.omit({ seq: true, value: true }).extend({
  sequence: z.number().int().describe('Letters of one key have their effects in this order.'),
  reason: Reason.describe(
    '`poison` cannot be read; `failed` parks its key; `held` waits behind a parked key.',
  ),
  attempts: z.number().int().describe('How often its consumer has failed at it.'),
  redriveAt: z.string().nullable().describe('Not null while it is brought to its consumer again.'),
  payload: z
    .unknown()
    .describe('The data, masked; null when it is no JSON object, or a tombstone.'),
  payloadBytes: z.number().int(),
})

/** A key that stands still. Its id is that of the first event that waits. */
export const ParkedKey = z.object({
  id: z.uuid(),
  at: z.enum(['consumer', 'outbox']),
  consumer: z.string().nullable(),
  topic: z.string(),
  key: z.string(),
  type: z.string(),
  reason: z.string().nullable(),
  parkedAt: z.string(),
  waiting: z.number().int().describe('How many events wait behind it.'),
})

const OutboxRow = z.object({
  id: z.uuid(),
  topic: z.string(),
  key: z.string(),
  parkedAt: z.string().nullable(),
  parkReason: z.string().nullable(),
})
const InboxRow = z.object({ consumer: z.string(), eventId: z.uuid() })

export interface DeadLetterTables {
  deadLetter: Table<typeof DeadLetterRow>
  parkedKey: Table<typeof ParkedKey>
  outbox: Table<typeof OutboxRow>
  inbox: Table<typeof InboxRow>
}

export function shownLetter({ seq: sequence, value, ...letter }: DeadLetterRow) {
  const headers = Object.entries(letter.headers).map(([name, text]) => [name, scrub(text)])
  return {
    ...letter,
    sequence,
    headers: Object.fromEntries(headers) as Record<string, string>,
    payload: payloadOf(value),
    payloadBytes: value?.length ?? 0,
  }
}

/** What can be told of a payload by the names of its fields; of anything else nothing is shown. */
function payloadOf(value: Buffer | null): unknown {
  if (value === null) return null
  let data: unknown
  try {
    data = JSON.parse(value.toString())
  } catch {
    // Poison is often no JSON at all; then nobody can say what of it is personal.
    return null
  }
  return typeof data === 'object' && !Array.isArray(data) ? shown(data, false, 0) : null
}

function shown(value: unknown, isPerson: boolean, depth: number): unknown {
  if (typeof value === 'string') return isPerson ? star(value) : scrub(value)
  if (typeof value === 'number') return isPerson ? star(String(value)) : value
  if (typeof value !== 'object' || value === null) return value
  if (depth > DEPTH) return '[deep]'
  if (Array.isArray(value)) return value.map((entry) => shown(entry, isPerson, depth + 1))
  const entries = Object.entries(value).filter(([name]) => !isSecret(name))
  return Object.fromEntries(
    entries.map(([name, inner]) => [name, shown(inner, isPerson || isPersonal(name), depth + 1)]),
  )
}

/** The letter as it came from the bus. Its place is known only where it stood for an id. */
export function recordOfLetter({ eventId, topic, key, headers, value }: DeadLetterRow) {
  const [offset = '0', partition = '-1'] = eventId.split('/').toReversed()
  const isPlace = eventId.startsWith(`${topic}/`)
  return {
    ...{ topic, key, headers, value },
    partition: isPlace ? Number(partition) : -1,
    offset: isPlace ? offset : '-1',
  } satisfies ReceivedRecord
}
