import { z } from 'zod'
import type { Endpoint } from './endpoint.ts'
import { metaOf, pageOf } from './envelope.ts'
import { pickFields, type ListQuery } from './list-query.ts'
import type { Answer } from './once.ts'

/**
 * The answer of an endpoint as it travels: its data through the answer's schema, which drops what
 * was not promised, in the house's envelope.
 */
export function answerOf(
  endpoint: Endpoint,
  result: unknown,
  input: { query: unknown },
  requestId: string,
): Answer {
  const { status, message } = endpoint
  const envelope = { success: true, message, status, meta: metaOf(requestId) }
  if (endpoint.kind !== 'list') {
    const data = z.encode(endpoint.returns, result)
    const beside = endpoint.flat ? (data as object) : {}
    return { status, body: JSON.stringify({ ...beside, ...envelope, data: data ?? null }) }
  }
  const { items, total } = result as { items: unknown[]; total: number }
  const { page, limit, fields } = input.query as ListQuery
  const encoded = z.encode(z.array(endpoint.returns), items)
  const data = fields ? pickFields(encoded, fields, endpoint.returns) : encoded
  const pagination = pageOf(page, limit, total)
  return { status, body: JSON.stringify({ ...envelope, data, pagination }) }
}

/** The entity tag of a versioned noun. */
export function versionOf(result: unknown): string | undefined {
  if (typeof result !== 'object' || result === null || !('version' in result)) return undefined
  return typeof result.version === 'number' ? `"${result.version}"` : undefined
}
