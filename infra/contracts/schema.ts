import type { EventContract } from '@forecourt/contracts/event'
import { z } from 'zod'

export type Json = Record<string, unknown>

/** A JSON Schema (2020-12) as the contracts use it; it refers to nothing outside itself. */
export interface Schema extends Json {
  type?: string | string[]
  format?: string
  description?: string
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
  'x-encrypted'?: boolean
}

/** What a reader must accept of an event: open, so that fields which it does not know may come. */
export function readerSchema({ data }: Pick<EventContract, 'data'>): Schema {
  return open(z.toJSONSchema(data, { io: 'input' }))
}

/** What a sender says; a default or a transformation would make it differ from what is read. */
export function senderSchema({ data }: Pick<EventContract, 'data'>): Schema {
  return open(z.toJSONSchema(data, { io: 'output' }))
}

/** Whatever has the one name in the other: the schemas below it, in the order of their places. */
export function branchesOf(schema: Schema): Schema[] {
  return schema.anyOf ?? schema.oneOf ?? []
}

function open(root: object): Schema {
  const { $defs = {}, $schema: _, ...schema } = root as Json & { $defs?: Record<string, Json> }
  const opened = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(opened)
    if (typeof value !== 'object' || value === null) return value
    const { $ref, ...own } = value as Json
    const defined = typeof $ref === 'string' ? $defs[$ref.slice('#/$defs/'.length)] : undefined
    const entries = Object.entries({ ...defined, ...own })
      .filter(([keyword, said]) => !isNoise(keyword, said))
      .map(([keyword, said]) => [keyword, opened(said)])
    return Object.fromEntries(entries)
  }
  return opened(schema) as Schema
}

/** Closedness is for the sender alone, and bounds that every number has say nothing. */
function isNoise(keyword: string, said: unknown): boolean {
  if (keyword === 'additionalProperties') return said === false
  if (keyword === 'minimum') return said === Number.MIN_SAFE_INTEGER
  if (keyword === 'maximum') return said === Number.MAX_SAFE_INTEGER
  return false
}
