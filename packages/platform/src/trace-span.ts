import {
  ROOT_CONTEXT,
  SpanKind as Kind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Span as SdkSpan,
  type SpanContext,
  type Tracer as SdkTracer,
} from '@opentelemetry/api'
import { originOf, unrecorded, type Beginning, type Origin, type Span } from './trace.ts'

const kinds = {
  internal: Kind.INTERNAL,
  server: Kind.SERVER,
  client: Kind.CLIENT,
  producer: Kind.PRODUCER,
  consumer: Kind.CONSUMER,
}

/** Our span over the SDK's, so that nothing but this file and its neighbour knows the library. */
export function beginSpan(tracer: SdkTracer, beginning: Beginning): Span {
  const { name, kind, attributes, parent, links = [] } = beginning
  const origin = originOf(parent)
  const above = origin ? trace.setSpanContext(ROOT_CONTEXT, contextOf(origin)) : ROOT_CONTEXT
  const linked = links.flatMap((link) => originOf(link) ?? [])
  const options = {
    kind: kinds[kind],
    attributes,
    links: linked.map((one) => ({ context: contextOf(one) })),
  }
  return spanOf(tracer, tracer.startSpan(name, options, above))
}

function contextOf(origin: Origin): SpanContext {
  const { traceId, spanId, isRecorded } = origin
  const traceFlags = isRecorded ? TraceFlags.SAMPLED : TraceFlags.NONE
  return { traceId, spanId, traceFlags, isRemote: true }
}

function spanOf(tracer: SdkTracer, own: SdkSpan): Span {
  const { traceId, spanId } = own.spanContext()
  if (!own.isRecording()) return unrecorded(traceId, spanId)
  const context = trace.setSpan(ROOT_CONTEXT, own)
  return {
    traceId,
    traceparent: `00-${traceId}-${spanId}-01`,
    isRecorded: true,
    begin(name, kind, attributes) {
      return spanOf(tracer, tracer.startSpan(name, { kind: kinds[kind], attributes }, context))
    },
    note: (attributes) => void own.setAttributes(attributes),
    end(fault) {
      if (fault !== undefined) {
        own.setStatus({ code: SpanStatusCode.ERROR })
        own.setAttribute('error.type', kindOf(fault))
      }
      own.end()
    },
  }
}

/** The SQLSTATE, our own reason or the class; a message may hold what somebody has typed. */
function kindOf(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault)
  const { code, reason } = fault as Error & { code?: string; reason?: string }
  return reason ?? code ?? fault.name
}
