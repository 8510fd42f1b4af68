import { randomUUIDv7 } from 'node:crypto'
import { AuditRecorded, type AuditLine } from '@forecourt/contracts/audit'
import type { ServiceName } from '@forecourt/contracts/service-name'
import type { Me } from './me.ts'
import type { Say } from './outbox.ts'
import { isPersonal, isSealed, isSecret, isWords, lengthOf, scrub, star } from './secrecy.ts'

/** What both states of a thing may take of a line, so that the event stays below its limit. */
const MAX_BYTES = 48_000

export interface Deed {
  me: Me
  address: string
  /** The program that asked, as it calls itself. */
  userAgent?: string | null
  requestId: string
  at: string
  action: string
  entity: string
  entityId: string | null
  outcome: AuditLine['outcome']
  reason?: string
  before?: unknown
  after?: unknown
}

/** Writes the line into the transaction of what it tells; reporting keeps it. */
export function recordDeed(emit: Say, service: ServiceName, deed: Deed): void {
  const { me, before, after, reason, ...told } = deed
  emit(AuditRecorded[service], 1, {
    auditId: randomUUIDv7(),
    ...told,
    userId: me.userId,
    role: me.roles[0] ?? null,
    serviceCenterId: centerOf(after) ?? centerOf(before) ?? me.centers[0] ?? null,
    reason: reason ?? null,
    ...short({ before: masked(before), after: masked(after) }),
  })
}

/** A change that is too large to be told is named by its fields; it must not fail for its line. */
function short<States extends Record<string, Record<string, unknown> | null>>(told: States) {
  if (Buffer.byteLength(JSON.stringify(told)) <= MAX_BYTES) return told
  const entries = Object.entries(told).map(([name, state]) => [
    name,
    state && { tooLarge: true, fields: Object.keys(state).join(', ').slice(0, 1_000) },
  ])
  return Object.fromEntries(entries) as States
}

function centerOf(thing: unknown): string | undefined {
  if (typeof thing !== 'object' || thing === null || !('serviceCenterId' in thing)) return undefined
  return typeof thing.serviceCenterId === 'string' ? thing.serviceCenterId : undefined
}

function masked(thing: unknown): Record<string, unknown> | null {
  if (typeof thing !== 'object' || thing === null || Array.isArray(thing)) return null
  return mask(thing) as Record<string, unknown>
}

type Tell = (text: string) => string

function mask(value: unknown, tell: Tell = maskText, isLine = false): unknown {
  if (typeof value === 'string') return tell(value)
  if (typeof value === 'number' && tell === star) return star(String(value))
  if (Array.isArray(value)) return value.filter(isOpen).map((entry) => mask(entry, tell, true))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([name]) => !isSecret(name))
  const open = entries.filter(([, inner]) => isOpen(inner))
  const told = open.map(([name, inner]) => [name, mask(inner, tellOf(name, isLine))])
  return Object.fromEntries(told)
}

/** A row as it lies holds ciphertext, which its keys would open long after the person's erasure. */
function isOpen(value: unknown): boolean {
  return typeof value !== 'string' || !isSealed(value)
}

/** Lines of a list are work and goods, whose descriptions the topics tell as well. */
function tellOf(name: string, isLine: boolean): Tell {
  if (isPersonal(name)) return star
  return isWords(name) && !(isLine && name === 'description') ? lengthOf : maskText
}

/** Whatever a text is called, it may quote an address or a number of somebody. */
function maskText(text: string): string {
  if (/\s/.test(text)) return scrub(text)
  return /^\+\d{9,}$|@/.test(text) ? star(text) : text
}
