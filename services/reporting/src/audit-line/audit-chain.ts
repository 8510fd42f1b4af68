import { serviceNames } from '@forecourt/contracts/service-name'
import { z } from 'zod'
import type { AuditLineRow } from './audit-line.ts'
import { canonical } from './canonical.ts'

/** Where one service's chain of audit lines ends. */
export const AuditChainRow = z.object({
  service: z.enum(serviceNames),
  lastSequence: z.number().int(),
  lastHash: z.string(),
})

/** A place in a chain, which nobody can reach by other lines than those that led to it. */
export const Place = z
  .object({ sequence: z.number().int(), hash: z.string() })
  .meta({ id: 'AuditPlace' })
export type Place = z.infer<typeof Place>

/** Before the first line. */
export const beginning: Place = { sequence: 0, hash: '0'.repeat(64) }

/**
 * What the hash of a line is made of: all that is kept of it but the hash itself. What is null is
 * left out, so that a column of a later year leaves the hashes of the years before as they are.
 */
export function hashedText(line: Omit<AuditLineRow, 'hash'> & { hash?: string }): string {
  const fields = Object.entries(line).filter(([name, value]) => name !== 'hash' && value !== null)
  return canonical(Object.fromEntries(fields))
}

const Fault = z.enum([
  'changed',
  'reordered',
  'removed',
  'inserted',
  'truncated',
  'head_changed',
  'place_lost',
])

/**
 * The first line that is not as it was written. `changed`: its fields do not give its hash.
 * `reordered`: its hash is that of another place. `removed`: nothing is at this place, but behind
 * it. `inserted`: it does not follow the line before it, or stands where the chain has no place.
 * `truncated`: the newest lines are gone. `head_changed`: the last line is not the one that the
 * chain ended with. `place_lost`: the place that was noted is not in the log any more.
 */
export const Broken = z
  .object({ sequence: z.number().int(), id: z.string().nullable(), fault: Fault })
  .meta({ id: 'AuditBroken' })
export type Broken = z.infer<typeof Broken>

type HashOf = (line: AuditLineRow) => string

/** What is wrong with the line that was read behind `before`, in a chain that ends at `head`. */
export function faultOf(
  line: AuditLineRow,
  before: Place,
  head: Place,
  hashOf: HashOf,
): Broken | undefined {
  const { sequence, id } = line
  const expected = before.sequence + 1
  if (sequence < expected || sequence > head.sequence) {
    // Of lines beyond the head, the missing ones before it count first.
    if (expected <= head.sequence && sequence > expected) return gapAt(expected)
    return { sequence, id, fault: 'inserted' }
  }
  if (sequence > expected) return gapAt(expected)
  if (hashOf(line) !== line.hash) {
    return { sequence, id, fault: isOfAnotherPlace(line, hashOf) ? 'reordered' : 'changed' }
  }
  return line.previousHash === before.hash ? undefined : { sequence, id, fault: 'inserted' }
}

function gapAt(sequence: number): Broken {
  return { sequence, id: null, fault: 'removed' }
}

/** How far around a line its own place is looked for. */
const NEAR = 200

function isOfAnotherPlace(line: AuditLineRow, hashOf: HashOf): boolean {
  const first = Math.max(1, line.sequence - NEAR)
  const places = Array.from({ length: 2 * NEAR }, (_, step) => first + step)
  return places.some((sequence) => hashOf({ ...line, sequence }) === line.hash)
}

/** What is wrong where the lines end, at `last`. */
export function faultAtEnd(last: Place, lastId: string | null, head: Place): Broken | undefined {
  if (last.sequence < head.sequence) {
    return { sequence: last.sequence + 1, id: null, fault: 'truncated' }
  }
  if (last.hash === head.hash) return undefined
  return { sequence: last.sequence, id: lastId, fault: 'head_changed' }
}
