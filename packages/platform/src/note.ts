import type { ErrorReason } from '@forecourt/contracts/errors'
import type { FastifyRequest } from 'fastify'
import { recordDeed } from './audit.ts'
import { inTransaction } from './database.ts'
import type { Meant } from './endpoint.ts'
import { deedOf, idOf, type Journey } from './journey.ts'
import type { House } from './house.ts'
import { scopeOf, type Me } from './me.ts'
import { Outbox } from './outbox.ts'
import { isId } from './parse.ts'
import type { Problem } from './problem.ts'
import { systemScope } from './scope.ts'

/** Refusals that say something about a person's intent; the rest is ordinary traffic. */
const NOTED = new Set([403, 409, 412])

/** Codes and links that prove nothing. Budgets end them long before they could fill the log. */
const WRONG_PROOFS = new Set<ErrorReason>([
  'otp_wrong',
  'otp_exhausted',
  'phone_code_wrong',
  'verification_code_wrong',
  'account_locked',
])

/** Writes a refused attempt in a transaction of its own. */
export async function noteRefusal(
  house: House,
  endpoint: Meant,
  request: FastifyRequest,
  me: Me,
  refused: Problem,
): Promise<void> {
  // Who looks for people in vain, or brings a wrong code, may be guessing.
  const isInVain = endpoint.reads && endpoint.method === 'POST' && refused.status === 404
  const isNoted = NOTED.has(refused.status) || refused.code === 'AUTH_001'
  if (!isNoted && !isInVain && !WRONG_PROOFS.has(refused.reason)) return
  const input = { params: request.params as Record<string, string>, body: undefined }
  const deed = deedOf({ endpoint, request, me, input: { ...input, query: {}, before: {} } })
  // The address was not read yet: in the place of an id it may hold anything, a phone say.
  const named = deed.entityId !== null && isId(deed.entityId) ? deed.entityId : null
  const entityId = refused.subject ?? named
  await note(house, { ...deed, entityId, outcome: 'refused', reason: refused.reason })
}

/**
 * Staff read one person's data: a line that the answer does not wait for. A person may be found
 * under several ids; the line names the one of the answer.
 */
export function noteRead(journey: Journey, result?: unknown): void {
  const { house, me, endpoint } = journey
  if (!me.userId || scopeOf(me, null).kind === 'own') return
  const told = deedOf(journey, result)
  const deed = { ...told, entityId: idOf(result) ?? told.entityId, entity: endpoint.reads ?? '' }
  const noting = note(house, { ...deed, outcome: 'read' })
  house.asides.add(noting)
  void noting.finally(() => house.asides.delete(noting))
}

/** A line that cannot be written must not undo what it tells of; it is logged instead. */
async function note(house: House, deed: Parameters<typeof recordDeed>[2]): Promise<void> {
  const outbox = new Outbox(house.service, { correlationId: deed.requestId })
  recordDeed(outbox.emit, house.service, deed)
  try {
    await inTransaction(house.pool, systemScope(), (db) => outbox.flush(db))
    house.wakeRelay()
  } catch (error) {
    house.log.error({ error, action: deed.action }, 'An audit line could not be written.')
  }
}
