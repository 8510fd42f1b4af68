import { isDeepStrictEqual } from 'node:util'
import type { Answered } from '@forecourt/testing/caller'
import type { LocalStack } from './local-stack.ts'
import { oneOf, plausible, type Known, type Operation } from './operations.ts'
import { addressesOf, openable, parametersOf, seenBy, SHARED, type Traces } from './traces.ts'

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g
/** What each answer has of its own: how long a link lives, when an export was made. */
const OF_THE_MOMENT = /\?expires=\d+&signature=[\w-]+|"exportedAt":"[^"]*"/g
const TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/g
/** An id that nobody has. */
const NOBODY = '0192f000-0000-7000-8000-00000000dead'
/** How many ids of a field are enough to see whether a filter by it heeds the scope. */
const FEW = 3
const NOTHING = 'zzz-nothing-of-this-name'

/** Operations that may tell a foreign id from one that nobody has, each with its reason. */
const OPEN: Record<string, string> = {
  'POST /auth/register/step2': 'its `userId` is the handle of whoever registered, and no account',
  'POST /auth/register/step3': 'its `userId` is the handle of whoever registered, and no account',
  'POST /registrations': 'the public form, which refuses what is registered and tells no more',
  'POST /registrations/{id}/resend': 'its id is known to whoever filled the form in',
  'POST /registrations/{id}/verify': 'its id is known to whoever filled the form in',
}

type Answer = Answered<unknown>

/** What a stranger tries at one operation. */
interface Attempt {
  path: string
  body?: unknown
  /** The same with what nobody has, where the answer must be the same too. */
  blank?: { path: string; body?: unknown }
}

/** A stranger: somebody who has no part in the visit; without a token, nobody at all. */
export interface Stranger {
  name: string
  token?: string
}

/** What a stranger finds out or gets done by one operation; nothing, where all is well. */
export async function leaksAt(
  stack: LocalStack,
  operation: Operation,
  traces: Traces,
  { name, token }: Stranger,
): Promise<string[]> {
  const leaks: string[] = []
  const answers = new Map<string, Promise<Answer>>()
  const ask = (path: string, body?: unknown) => {
    const asked = { ...(token && { token }), ...(body !== undefined && { body }) }
    const signature = `${operation.method} ${path}` as 'GET /x'
    return answers.getOrInsertComputed(signature + JSON.stringify(body), () =>
      stack.call(signature, asked),
    )
  }
  for (const { path, body, blank } of attemptsAt(operation, traces)) {
    const got = await ask(path, body)
    const what = `${name}: ${operation.method} ${path} was answered ${got.status}`
    const sent = path + JSON.stringify(body ?? '')
    const told = [...traces.secrets].filter((one) => got.text.includes(one) && !sent.includes(one))
    if (told.length > 0) leaks.push(`${what} and tells ${told.join(', ')}: ${got.text}`)
    // Whoever may not ask is refused before anybody looks at what was asked for.
    if (got.status === 401 || got.body.error?.reason === 'permission_missing') break
    if (!blank) continue
    if (operation.method !== 'GET' && !isRefusal(got)) leaks.push(`${what}: ${got.text}`)
    const none = await ask(blank.path, blank.body)
    if (essenceOf(got) !== essenceOf(none)) {
      leaks.push(`${what}, for nobody's id ${none.status}: ${got.text} ${none.text}`)
    }
  }
  return leaks
}

/** Refused, or told to choose another id; any other fault of a body would prove nothing. */
function isRefusal({ status, body }: Answer): boolean {
  const { field } = (body.error ?? {}) as { field?: string }
  return [401, 403, 404].includes(status) || (status === 422 && /Ids?$/.test(field ?? ''))
}

/** An answer without what differs each time and without the ids that were asked for. */
function essenceOf({ status, text }: { status: number; text: string }): string {
  if (!text.startsWith('{')) return `${status} ${text}`
  const { meta: _, ...rest } = JSON.parse(text) as { meta?: unknown }
  return `${status} ${JSON.stringify(rest).replaceAll(UUID, 'an id').replaceAll(TIME, 'a time')}`
}

function attemptsAt(operation: Operation, traces: Traces): Attempt[] {
  const { method, path, body: schema } = operation
  const paths = addressesOf(operation, traces)
  const body = schema && { body: plausible(schema, '', knownOf(traces)) }
  const isOpen = OPEN[`${method} ${path}`] !== undefined
  if (isOpen) return paths.map((path) => ({ path, ...body }))
  if (method === 'GET') {
    const isTold = isShared(operation) || parametersOf(operation).length === 0
    const plain = paths.map((path) => (isTold ? { path } : { path, blank: { path: blank(path) } }))
    return [...plain, ...filtered(operation, paths[0] ?? path, traces)]
  }
  return paths.flatMap((path) => {
    const attempt = { path, ...body }
    const none = { path: isShared(operation) ? path : blank(path), ...(body && blank(body)) }
    // What names nothing of the visit, in its path or its body, is the caller's own business.
    return isDeepStrictEqual(attempt, none) ? [] : [{ ...attempt, blank: none }]
  })
}

/** The same, with an id that nobody has in the place of each. */
function blank<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value).replaceAll(UUID, NOBODY)) as Value
}

function isShared(operation: Operation): boolean {
  return parametersOf(operation).some(({ root }) => SHARED[root] !== undefined)
}

/** Every filter that takes an id with each that is known, and every search with each word. */
function filtered(operation: Operation, address: string, traces: Traces): Attempt[] {
  const question = (name: string, value: string) =>
    `${address}?${name}=${encodeURIComponent(value)}`
  const attempt = (name: string, value: string, none: string) => ({
    path: question(name, value),
    blank: { path: question(name, none) },
  })
  return operation.query.flatMap(({ name, schema }) => {
    if (name === 'search') return wordsOf(traces).map((word) => attempt(name, word, NOTHING))
    const fields = name === 'filter' ? (schema.properties ?? {}) : { [name]: schema }
    return Object.entries(fields).flatMap(([field, type]) => {
      if (oneOf(type).format !== 'uuid') return []
      const known = traces.ids.get(field)
      if (!known) throw new Error(`The sweep knows no id of the visit for the filter "${field}".`)
      const asked = name === 'filter' ? `filter[${field}]` : field
      return [...known].slice(0, FEW).map((id) => attempt(asked, id, NOBODY))
    })
  })
}

/** What one would type into a search box. */
function wordsOf({ secrets }: Traces): string[] {
  return [...secrets].filter((secret) => secret.search(UUID) < 0)
}

function knownOf({ ids }: Traces): Known {
  return (field) => ids.get(field)?.values().next().value
}

/** What the owners see of their things now; two such pictures are alike if nothing was changed. */
export async function pictureOf(stack: LocalStack, tokens: string[], traces: Traces) {
  const paths = openable(traces).filter((path) => !path.startsWith('/admin/'))
  const seen = await seenBy(stack, tokens, paths)
  return seen.map(({ path, text }) => `${path} ${text.replaceAll(OF_THE_MOMENT, '')}`)
}
