import type { FastifyRequest } from 'fastify'
import { answerOf, versionOf } from './answer.ts'
import { costOf } from './cost.ts'
import { readingOf, statements } from './database.ts'
import type { Meant } from './endpoint.ts'
import type { House } from './house.ts'
import { contextOf, write, type Journey } from './journey.ts'
import type { Budget } from './limit.ts'
import { personOf, scopeOf, type Me } from './me.ts'
import { AnsweredBefore, recall, ticketOf, type Answer, type Ticket } from './once.ts'
import { expectedVersionOf, parse } from './parse.ts'
import { asProblem, problem } from './problem.ts'
import { noteRead, noteRefusal } from './note.ts'
import { systemScope } from './scope.ts'
import { claimsOf } from './token.ts'

export interface Arrival extends Answer {
  etag?: string | undefined
}

/**
 * The road that every request travels: identify, permit, parse, once, limit, transaction with
 * its outbox and audit rows, answer. There is no second way.
 */
export async function travel(
  house: House,
  endpoint: Meant,
  request: FastifyRequest,
): Promise<Arrival> {
  const me = await identify(house, endpoint, request)
  try {
    const journey = depart(house, endpoint, request, me)
    await recallAnswer(journey)
    return await charged(journey, () => (endpoint.method === 'GET' ? read(journey) : go(journey)))
  } catch (error) {
    return settle(house, endpoint, request, me, error)
  }
}

/** How a journey ends that did not arrive: by an earlier answer, or refused. */
export async function settle(
  house: House,
  endpoint: Meant,
  request: FastifyRequest,
  me: Me,
  error: unknown,
): Promise<Arrival> {
  if (error instanceof AnsweredBefore) return error.answer
  await noteRefusal(house, endpoint, request, me, asProblem(error))
  throw error
}

export async function identify(
  house: House,
  endpoint: Meant,
  request: FastifyRequest,
): Promise<Me> {
  // Whoever signs in may still carry the token that ran out.
  const isSignIn = endpoint.may === 'public' && endpoint.answers === 'tokens'
  const header = isSignIn ? undefined : request.headers.authorization
  const claims = await claimsOf(house.app, header)
  return personOf(claims, await house.roles.permissionsOf(claims?.roles ?? []))
}

/** Everything that is known before anything is done: permission, input, ticket and scope. */
export function depart(house: House, endpoint: Meant, request: FastifyRequest, me: Me): Journey {
  permit(endpoint, me)
  const input = parse(endpoint, request)
  // An address that names a service is that service's alone.
  if ((input.params['service'] ?? house.service) !== house.service) throw problem('not_found')
  const own = scopeOf(me, input.params['id'] ?? null)
  // The house acts, but a token that no longer counts is refused all the same.
  const scope = endpoint.acts === 'system' ? { ...systemScope(), token: own.token } : own
  const ticket = ticketFor(house, endpoint, request, me, input.params)
  const expectedVersion = expectedVersionOf(request.headers['if-match'])
  return { house, endpoint, request, me, input, scope, ticket, expectedVersion }
}

function permit({ may }: Meant, me: Me): void {
  if (may === 'public') return
  if (!me.userId) throw problem('token_missing')
  if (may !== 'signed_in' && !me.may(may)) throw problem('permission_missing')
}

function ticketFor(
  { personal }: House,
  endpoint: Meant,
  request: FastifyRequest,
  me: Me,
  params: Record<string, string>,
): Ticket | undefined {
  if (endpoint.method === 'GET' || endpoint.answers === 'tokens') return undefined
  // One spelling of the address, however its slashes and letters were written.
  const path = endpoint.path.replaceAll(/:(\w+)/g, (_, name: string) => params[name] ?? '')
  const { method, headers, body, query } = request
  const [idempotencyKey] = [headers['idempotency-key']].flat()
  const said = [body ?? headers['content-length'] ?? null, query]
  const asked = { idempotencyKey, userId: me.userId, method, path: path.toLowerCase(), said }
  return ticketOf(personal, asked)
}

/** Ends the journey when it was answered before, if aught is done ahead of the write that asks. */
export async function recallAnswer({ house, endpoint, scope, ticket }: Journey): Promise<void> {
  if (!ticket || !(endpoint.kind === 'raw' || endpoint.limits || endpoint.before)) return
  await recall(statements(house.pool, scope, 'read only'), house.personal, ticket)
}

/** Takes the endpoint's budgets; a repetition, or what fails through our fault, gets them back. */
export async function charged<Result>(
  journey: Journey,
  work: () => Promise<Result>,
): Promise<Result> {
  const budgets = await costOf(journey)
  await journey.house.limiter.take(budgets)
  try {
    return await work()
  } catch (error) {
    const isFree = error instanceof AnsweredBefore || asProblem(error).status >= 500
    if (isFree) await giveBack(journey.house, budgets)
    throw error
  }
}

/** What the caller is told is the fault of the request, not that Redis failed after it. */
async function giveBack({ limiter, log }: House, budgets: Budget[]): Promise<void> {
  await limiter.giveBack(budgets).catch((error: unknown) => {
    log.warn({ error }, 'A budget could not be given back.')
  })
}

async function read(journey: Journey): Promise<Arrival> {
  const { house, endpoint, request, input, scope } = journey
  const { db, judge } = readingOf<object>(house.pool, scope)
  const result = await endpoint.handle(contextOf(journey, db) as never, input as never)
  await judge()
  if (endpoint.reads) noteRead(journey, result)
  return { ...answerOf(endpoint, result, input, request.id), etag: versionOf(result) }
}

async function go(journey: Journey): Promise<Arrival> {
  const { house, endpoint, input, scope } = journey
  if (endpoint.before) {
    const apart = contextOf(journey, statements(house.pool, scope, 'read write'))
    input.before = await endpoint.before(apart as never, input as never)
  }
  const { result, answer } = await write(journey, (context) =>
    endpoint.handle(context as never, input as never),
  )
  return { ...answer, etag: versionOf(result) }
}
