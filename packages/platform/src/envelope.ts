import { errors } from '@forecourt/contracts/errors'
import { z } from 'zod'
import type { FieldMessages, Problem } from './problem.ts'

export const Meta = z.object({ timestamp: z.string(), requestId: z.string() }).meta({ id: 'Meta' })

export const Pagination = z
  .object({
    page: z.number().int(),
    limit: z.number().int(),
    total: z.number().int(),
    totalPages: z.number().int(),
    hasNext: z.boolean(),
    hasPrev: z.boolean(),
  })
  .meta({ id: 'Pagination' })
export type Pagination = z.infer<typeof Pagination>

/** What every successful answer looks like. */
export function envelopeOf(data: z.ZodType) {
  return z.object({
    success: z.literal(true),
    message: z.string(),
    data,
    status: z.number().int(),
    meta: Meta,
  })
}

export function listEnvelopeOf(item: z.ZodType) {
  return envelopeOf(z.array(item)).extend({ pagination: Pagination })
}

export const ErrorEnvelope = z
  .object({
    success: z.literal(false),
    message: z.string(),
    status: z.number().int(),
    error: z.object({
      code: z.string(),
      reason: z.string(),
      message: z.string(),
      field: z.string().optional(),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
    errors: z.record(z.string(), z.array(z.string())),
    meta: Meta,
  })
  .meta({ id: 'Error' })

/** The same where faults are a list: each message with its field. */
export const ErrorListEnvelope = ErrorEnvelope.extend({
  errors: z.array(z.object({ field: z.string(), message: z.string() })),
}).meta({ id: 'ErrorList' })

export function pageOf(page: number, limit: number, total: number): Pagination {
  const totalPages = Math.ceil(total / limit)
  return { page, limit, total, totalPages, hasNext: page < totalPages, hasPrev: page > 1 }
}

/** The error envelope of a problem as it travels, its faults by field or as a list. */
export function failureText(refused: Problem, requestId: string, errors?: 'list'): string {
  const envelope = failure(refused, requestId)
  return JSON.stringify(
    errors === 'list' ? { ...envelope, errors: listed(envelope.errors) } : envelope,
  )
}

function listed(fields: FieldMessages): z.infer<typeof ErrorListEnvelope>['errors'] {
  return Object.entries(fields).flatMap(([field, messages]) =>
    messages.map((message) => ({ field, message })),
  )
}

function failure(refused: Problem, requestId: string): z.infer<typeof ErrorEnvelope> {
  const { message, status, code, reason } = refused
  const { field: faulty } = errors[reason]
  const { fields = faulty ? { [faulty]: [message] } : {}, ...rest } = refused.details
  const { retryAfterS: _, ...details } = rest
  const [field] = Object.keys(fields)
  return {
    success: false,
    message,
    status,
    error: {
      code,
      reason,
      message,
      ...(field && { field }),
      ...(Object.keys(details).length > 0 && { details }),
    },
    errors: fields,
    meta: metaOf(requestId),
  }
}

export function metaOf(requestId: string): z.infer<typeof Meta> {
  return { timestamp: new Date().toISOString(), requestId }
}
