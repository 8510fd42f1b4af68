import { z } from 'zod'
import type { ByBody, Choice, Endpoint, Meant, Method, Signature } from './endpoint.ts'

/**
 * One path to which the requirements give several meanings. Each is an endpoint by itself; which
 * one a request means is settled before anything else is asked of it.
 */
export function declareByBody(
  signature: Signature,
  about: string,
  choices: readonly [Choice, ...Choice[]],
): Endpoint {
  const [method, path] = signature.split(' ') as [Method, string]
  const here = choices.map(({ when, is }) => ({ when, is: { ...is, method, path } }))
  const may: ByBody = { choices: here as [Choice, ...Choice[]] }
  const body = z.union(choices.map(({ is }) => is.body ?? z.object({})))
  const returns = z.union(choices.map(({ is }) => is.returns))
  return { ...lastOf(may), about, may, body, returns }
}

/** The endpoint that a request means. */
export function meantBy(endpoint: Endpoint, body: unknown): Meant {
  if (isPlain(endpoint)) return endpoint
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body)
  const said = isObject ? (body as Record<string, unknown>) : {}
  const may = endpoint.may as ByBody
  return may.choices.find(({ when }) => when(said))?.is ?? lastOf(may)
}

/** Everything that an endpoint may mean; itself, if it is plain. */
export function meaningsOf(endpoint: Endpoint): readonly Meant[] {
  if (isPlain(endpoint)) return [endpoint]
  return (endpoint.may as ByBody).choices.map(({ is }) => is)
}

function isPlain(endpoint: Endpoint): endpoint is Meant {
  return typeof endpoint.may === 'string'
}

function lastOf({ choices }: ByBody): Meant {
  return (choices.at(-1) ?? choices[0]).is
}
