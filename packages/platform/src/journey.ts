import type { FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import { answerOf } from './answer.ts'
import { recordDeed } from './audit.ts'
import { inTransaction, type Lastly } from './database.ts'
import type { Context, Meant } from './endpoint.ts'
import type { House } from './house.ts'
import type { Me } from './me.ts'
import { claim, kept, type Answer, type Ticket } from './once.ts'
import { Outbox, type Emit } from './outbox.ts'
import type { Input } from './parse.ts'
import { patiently } from './patience.ts'
import type { Scope } from './scope.ts'

const LONGEST_USER_AGENT = 300

/** One request on its way, after everything that can be refused without the database. */
export interface Journey {
  house: House
  endpoint: Meant
  request: FastifyRequest
  me: Me
  input: Input
  scope: Scope
  ticket: Ticket | undefined
  expectedVersion: number | undefined
}

interface Changes {
  emit: Emit
  was(thing: object): void
  proved(who: Pick<Me, 'userId' | 'roles' | 'centers'>): void
  say(message: string): void
}

/** The context of a handler; outside a write nothing can be emitted. */
export function contextOf<Tables>(
  { house, me, request, expectedVersion }: Journey,
  db: Kysely<Tables>,
  changes: Changes = { emit: noEmit, was: nothing, proved: nothing, say: nothing },
): Context<Tables> {
  return {
    ...house.means,
    ...changes,
    db,
    me,
    expectedVersion,
    now: new Date().toISOString(),
    address: request.ip,
    userAgent: userAgentOf(request),
    requestId: request.id,
    log: house.log,
  }
}

export interface Written {
  result: unknown
  answer: Answer
}

/**
 * One write: ticket, work, outbox, audit line and stored answer in one transaction. Two writes
 * that met each other are repeated, so that no deadlock surfaces.
 */
export async function write(
  journey: Journey,
  work: (context: Context<object>) => Promise<unknown>,
): Promise<Written> {
  const { house, scope } = journey
  const written = await patiently(() =>
    inTransaction<object, Written>(house.pool, scope, (db, lastly) =>
      inside(journey, { db, lastly }, work),
    ),
  )
  house.wakeRelay()
  return written
}

async function inside(
  journey: Journey,
  { db, lastly }: { db: Kysely<object>; lastly: Lastly },
  work: (context: Context<object>) => Promise<unknown>,
): Promise<Written> {
  const { house, endpoint, request, ticket, input } = journey
  if (ticket) await claim(db, house.personal, ticket)
  const outbox = new Outbox(house.service, { correlationId: request.id })
  let before: object | undefined
  let { me } = journey
  let { message } = endpoint
  const context = contextOf(journey, db, {
    emit: outbox.emit,
    was: (thing) => (before = thing),
    proved: (who) => (me = { ...me, ...who }),
    say: (said) => (message = said),
  })
  const result = await work(context)
  if (endpoint.audits !== 'refusals') {
    const after = endpoint.audits === 'deed' ? undefined : (result ?? input.body)
    // Who looks a person up changes nothing, whatever the method is called.
    const told = endpoint.reads
      ? ({ outcome: 'read', entity: endpoint.reads } as const)
      : ({ outcome: 'done', before, after } as const)
    recordDeed(outbox.emit, house.service, { ...deedOf({ ...journey, me }, result), ...told })
  }
  const answer = answerOf({ ...endpoint, message }, result, input, request.id)
  lastly(outbox.flushed())
  lastly(ticket && kept(house.personal, ticket, answer))
  return { result, answer }
}

/** What every line of the audit says about a request. */
export function deedOf(
  { endpoint, request, me, input }: Pick<Journey, 'endpoint' | 'request' | 'me' | 'input'>,
  result?: unknown,
) {
  return {
    me,
    address: request.ip,
    userAgent: userAgentOf(request),
    requestId: request.id,
    at: new Date().toISOString(),
    action: `${endpoint.method} ${endpoint.path}`,
    entity: entityOf(endpoint),
    entityId: input.params['id'] ?? idOf(result),
  }
}

function userAgentOf({ headers }: FastifyRequest): string | null {
  return headers['user-agent']?.slice(0, LONGEST_USER_AGENT) ?? null
}

export function idOf(result: unknown): string | null {
  if (typeof result !== 'object' || result === null || !('id' in result)) return null
  return typeof result.id === 'string' ? result.id : null
}

/** `service_center` for `service_center.update`, else the first word of the address. */
function entityOf({ may, path }: Meant): string {
  if (may.includes('.')) return may.slice(0, may.indexOf('.'))
  return path.split('/')[1] ?? ''
}

function nothing(): void {}

function refuseToEmit(): never {
  throw new Error('Only a write can emit, inside its transaction.')
}

const noEmit: Emit = Object.assign(refuseToEmit, { tombstone: refuseToEmit })
