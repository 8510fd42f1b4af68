import type { ErrorReason } from '@forecourt/contracts/errors'
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Endpoint } from './endpoint.ts'
import { problem, type FieldMessages } from './problem.ts'
import { wordingOf } from './wording.ts'

/** What a handler takes of a request, checked. */
export interface Input {
  params: Record<string, string>
  body: unknown
  query: unknown
  before: unknown
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Checks address, query and body against the endpoint's schemas; every fault is named (422). */
export function parse(endpoint: Endpoint, request: FastifyRequest): Input {
  const params = request.params as Record<string, string>
  for (const [name, value] of Object.entries(params)) {
    // An id that cannot exist is not found; Postgres must not be asked about it.
    if (/^id$|Id$/.test(name) && !isId(value)) throw problem('not_found')
  }
  return {
    params,
    query: checked(endpoint.query, request.query ?? {}, 'query_invalid'),
    body: checked(endpoint.body, request.body ?? {}, endpoint.invalid ?? 'body_invalid'),
    before: undefined,
  }
}

export function isId(text: string): boolean {
  return UUID.test(text)
}

function checked(schema: z.ZodType | undefined, value: unknown, reason: ErrorReason): unknown {
  if (!schema) return undefined
  const read = schema.safeParse(value, { error: wordingOf })
  if (!read.success) throw problem(reason, { fields: messagesOf(read.error) })
  return read.data
}

/** field → messages, with dotted paths such as `vehicles.0.model`. */
export function messagesOf(error: z.ZodError): FieldMessages {
  // A field may be called as something that every object has: `toString`.
  const fields = new Map<string, string[]>()
  const mistaken = new Set<string>()
  for (const issue of error.issues.map(plainest)) {
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys : undefined
    const path = [...issue.path, ...(unknown?.slice(0, 1) ?? [])].join('.') || 'body'
    // Whatever else is said of a value of the wrong kind, its length say, is beside the point.
    if (mistaken.has(path)) continue
    if (issue.code === 'invalid_type') mistaken.add(path)
    fields.getOrInsert(path, []).push(issue.message)
  }
  return Object.fromEntries(fields)
}

/** Of the ways in which a value could have been right, the one that came nearest is told. */
function plainest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union' || issue.message !== 'Invalid input') return issue
  const [nearest] = issue.errors
    .flat()
    .map(plainest)
    .toSorted((one, other) => nearnessOf(other) - nearnessOf(one))
  return nearest ? { ...nearest, path: [...issue.path, ...nearest.path] } : issue
}

function nearnessOf({ path, code }: z.core.$ZodIssue): number {
  return path.length * 2 + (code === 'invalid_type' ? 0 : 1)
}

/** The version of an `If-Match` header. */
export function expectedVersionOf(header: string | undefined): number | undefined {
  if (header === undefined || header === '*') return undefined
  const [, version] = /^(?:W\/)?"?(\d{1,9})"?$/.exec(header) ?? []
  if (!version) throw problem('version_malformed')
  return Number(version)
}
