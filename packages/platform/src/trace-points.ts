import type { EventContract } from '@forecourt/contracts/event'
import type { ReceivedRecord } from './bus.ts'
import type { OutboxRow } from './cloud-event.ts'
import { activeSpan, originOf, spanning, type Span, type Tracer } from './trace.ts'

// All that a collector is told stands here and in trace-http.ts, so that one reading shows that no
// value of a statement, key, payload, query string or id of a person is among it.

const TABLE = /\b(?:from|into|update)\s+"?(\w+)/i

/** A statement with placeholders; its values are never told. */
export function statement<Result>(text: string, work: () => Promise<Result>): Promise<Result> {
  const parent = activeSpan()
  if (!parent?.isRecorded) return work()
  const operation = /^\s*(\w+)/.exec(text)?.[1]?.toLowerCase() ?? 'query'
  const table = TABLE.exec(text)?.[1]
  const span = parent.begin(table ? `${operation} ${table}` : operation, 'client', {
    'db.system.name': 'postgresql',
    'db.operation.name': operation,
    'db.collection.name': table,
    'db.query.text': text,
  })
  return spanning(span, work)
}

/** A command to Redis; its keys and values are never told. */
export function commandSpan(name: string): Span | undefined {
  const parent = activeSpan()
  if (!parent?.isRecorded) return undefined
  const attributes = { 'db.system.name': 'redis', 'db.operation.name': name }
  return parent.begin(name, 'client', attributes)
}

/** Marks that an event was emitted; answers the `traceparent` that travels with it. */
export function emitted({ topic, type }: EventContract, id: string): string | undefined {
  const parent = activeSpan()
  if (!parent?.isRecorded) return parent?.traceparent
  const span = parent.begin(`emit ${topic}`, 'producer', {
    ...messaging('emit', 'create', topic),
    'messaging.message.id': id,
    'cloudevents.event_type': type,
  })
  span.end()
  return span.traceparent
}

const MOST_LINKS = 128

/** Sends a batch under a span linked to whatever in it is recorded; without any there is none. */
export function sending<Result>(
  tracer: Tracer | undefined,
  rows: OutboxRow[],
  work: () => Promise<Result>,
): Promise<Result> {
  if (!tracer) return work()
  const parents = rows.flatMap(({ headers: { traceparent } }) => traceparent ?? [])
  const links = [...new Set(parents)].filter((parent) => originOf(parent)?.isRecorded)
  if (links.length === 0) return work()
  const span = tracer.begin({
    name: 'send',
    kind: 'producer',
    attributes: {
      ...messaging('send', 'send', undefined),
      'messaging.batch.message_count': rows.length,
    },
    links: links.slice(0, MOST_LINKS),
  })
  return spanning(span, work)
}

/** The work on one event in one consumer, under the span that emitted it in another service. */
export function deliverySpan(
  tracer: Tracer | undefined,
  group: string,
  { topic, headers, partition, offset }: ReceivedRecord,
): Span | undefined {
  return tracer?.begin({
    name: `process ${topic}`,
    kind: 'consumer',
    attributes: {
      ...messaging('process', 'process', topic),
      'messaging.consumer.group.name': group,
      'messaging.destination.partition.id': String(partition),
      'messaging.kafka.offset': Number(offset),
      'messaging.message.id': headers['ce_id'],
      'cloudevents.event_type': headers['ce_type'],
    },
    parent: headers['traceparent'],
  })
}

/** Tells how a delivery ended; what nobody subscribed to is not worth a span. */
export function endDelivered(span: Span | undefined, end: string | undefined): void {
  if (end === 'ignored') return
  span?.note({ 'forecourt.delivery.end': end ?? 'given_up' })
  span?.end(end === 'parked' || end === 'poison' ? end : undefined)
}

/** Work that nobody asked for begins a trace: `timer chime`, `job message-sms`. */
export function ownSpan(tracer: Tracer | undefined, name: string): Span | undefined {
  return tracer?.begin({ name, kind: 'internal', attributes: {} })
}

function messaging(name: string, type: string, topic: string | undefined) {
  return {
    'messaging.system': 'kafka',
    'messaging.operation.name': name,
    'messaging.operation.type': type,
    'messaging.destination.name': topic,
  }
}
