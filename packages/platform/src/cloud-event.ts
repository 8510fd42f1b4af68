import type { BusRecord, ReceivedRecord } from './bus.ts'

/** A row of the outbox as the relay reads it. */
export interface OutboxRow {
  seq: number
  id: string
  topic: string
  key: string
  type: string
  subject: string
  version: number
  data: string | null
  headers: Record<string, string>
  createdAt: string
}

/** CloudEvents 1.0, Kafka binding, binary mode: attributes are headers, the value is the data. */
export function recordOf(service: string, row: OutboxRow): BusRecord {
  return {
    topic: row.topic,
    key: row.key,
    value: row.data,
    headers: {
      ce_specversion: '1.0',
      ce_id: row.id,
      ce_source: `forecourt/${service}`,
      ce_type: row.type,
      ce_subject: row.subject,
      ce_time: row.createdAt,
      ce_dataschema: `/docs/asyncapi.json#/components/schemas/${row.type}`,
      ce_sequence: String(row.version),
      'content-type': 'application/json',
      ...row.headers,
    },
  }
}

/** What a consumer knows of an event before it has read its data. */
export interface EventHead {
  id: string
  type: string
  subject: string
  /** The noun's version; an older one than the last seen is stale. */
  sequence: number
  time: string
  correlationId: string
  traceparent: string | undefined
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export function isEventId(text: string | undefined): text is string {
  return text !== undefined && UUID.test(text)
}

/** Throws on a record that is no event of this house: poison. */
export function headOf({ headers, key }: ReceivedRecord): EventHead {
  const id = headers['ce_id']
  const type = headers['ce_type'] ?? ''
  const sequence = Number(headers['ce_sequence'] || Number.NaN)
  if (!isEventId(id)) throw new Error(`ce_id "${id ?? ''}" is not a UUID.`)
  if (!type) throw new Error('ce_type is missing.')
  if (!Number.isSafeInteger(sequence)) throw new Error('ce_sequence is not a number.')
  return {
    id,
    type,
    sequence,
    subject: headers['ce_subject'] ?? key,
    time: headers['ce_time'] ?? '',
    correlationId: headers['ce_correlationid'] ?? id,
    traceparent: headers['traceparent'],
  }
}
