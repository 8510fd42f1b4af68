import { AsyncLocalStorage } from 'node:async_hooks'

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer'

/** What is told of a span: names from OpenTelemetry's conventions, never a value of a person. */
export type Attributes = Record<string, string | number | undefined>

/** One piece of work in a trace. */
export interface Span {
  /** 32 hexadecimal digits, the same in every process that the trace goes through. */
  readonly traceId: string
  /** The span as W3C's header names it to the next process. */
  readonly traceparent: string
  /** False when the trace was not drawn: its id travels on, and nothing is told of it. */
  readonly isRecorded: boolean
  begin(name: string, kind: SpanKind, attributes: Attributes): Span
  note(attributes: Attributes): void
  /** Tells the span, once; of a fault only its kind. A span without an end is never told. */
  end(fault?: unknown): void
}

export interface Beginning {
  name: string
  kind: SpanKind
  attributes: Attributes
  /** The `traceparent` that arrived; without a readable one a new trace begins. */
  parent?: string | undefined
  /** Spans of other traces that this one has to do with. */
  links?: string[]
}

/** Begins the first span of a process. A service has none while tracing is switched off. */
export interface Tracer {
  begin(beginning: Beginning): Span
  /** Tells what it still holds, within two seconds. */
  close(): Promise<void>
}

/** The one thing that is not passed by hand: under which span a piece of work runs. */
const active = new AsyncLocalStorage<Span>()

export function activeSpan(): Span | undefined {
  return active.getStore()
}

/** Runs the work, and all that it waits for, under the span. */
export function within<Result>(span: Span | undefined, work: () => Result): Result {
  return span ? active.run(span, work) : work()
}

/** Ends the span with the work; answers what the work answers. */
export async function spanning<Result>(
  span: Span | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!span) return work()
  try {
    const result = await active.run(span, work)
    span.end()
    return result
  } catch (error) {
    span.end(error)
    throw error
  }
}

const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

export interface Origin {
  traceId: string
  spanId: string
  isRecorded: boolean
}

/** Reads W3C's header; what is not one is undefined. */
export function originOf(traceparent: string | undefined): Origin | undefined {
  if (traceparent === undefined || !TRACEPARENT.test(traceparent)) return undefined
  const [, traceId = '', spanId = '', flags = ''] = traceparent.split('-')
  return { traceId, spanId, isRecorded: (Number.parseInt(flags, 16) & 1) === 1 }
}

/** A span of a trace that was not drawn: it stands for all spans below it, too. */
export function unrecorded(traceId: string, spanId: string): Span {
  const span: Span = {
    traceId,
    traceparent: `00-${traceId}-${spanId}-00`,
    isRecorded: false,
    begin: () => span,
    note: () => undefined,
    end: () => undefined,
  }
  return span
}
