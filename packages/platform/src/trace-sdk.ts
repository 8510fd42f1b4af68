import { setTimeout as passed } from 'node:timers/promises'
import { SpanKind, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { envDetector, serviceInstanceIdDetector } from '@opentelemetry/resources'
import { NodeSDK } from '@opentelemetry/sdk-node'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  type Sampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace'
import type { Log } from './log.ts'
import { beginSpan } from './trace-span.ts'
import { originOf, unrecorded, type Tracer } from './trace.ts'

const EXPORT_MS = 3_000
const CLOSE_MS = 2_000
/** Few at once, so that no request waits while they are written out. */
const pace = { scheduledDelayMillis: 1_000, maxExportBatchSize: 256, exportTimeoutMillis: 4_000 }
/** Statements of lists are long; what is longer is cut. */
const LONGEST_ATTRIBUTE = 4_096

export interface TracingSettings {
  service: string
  /** The collector's base address, such as `http://localhost:4318`. */
  endpoint: string
  /** The share of new traces that are recorded. */
  ratio: number
  log: Log
}

/** Only `openTracer` imports this file, when tracing is on: the SDK takes its time to load. */
export function startTracer({ service, endpoint, ratio, log }: TracingSettings): Tracer {
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`
  const exporter = watched(new OTLPTraceExporter({ url, timeoutMillis: EXPORT_MS }), log)
  const sdk = new NodeSDK({
    serviceName: service,
    // Not the host's: its list of process arguments and its owner are nobody's business.
    resourceDetectors: [envDetector, serviceInstanceIdDetector],
    sampler: samplerOf(ratio),
    spanProcessors: [new BatchSpanProcessor({ exporter, ...pace })],
    spanLimits: { attributeValueLengthLimit: LONGEST_ATTRIBUTE },
    ...{ instrumentations: [], metricReaders: [], logRecordProcessors: [] },
    textMapPropagator: null,
  })
  sdk.start()
  const tracer = trace.getTracer('forecourt')
  // The SDK makes itself the process's own; here each service has one, and is given it by hand.
  trace.disable()
  return {
    begin(beginning) {
      const origin = originOf(beginning.parent)
      if (origin?.isRecorded === false) return unrecorded(origin.traceId, origin.spanId)
      return beginSpan(tracer, beginning)
    },
    async close() {
      const closing = sdk.shutdown().catch((error: unknown) => {
        log.warn({ error }, 'The last spans did not reach the collector.')
      })
      await Promise.race([closing, passed(CLOSE_MS, undefined, { ref: false })])
    },
  }
}

/**
 * A trace is recorded or not as a whole, as its first process drew it. What links to recorded spans
 * is recorded with them.
 */
function samplerOf(ratio: number): Sampler {
  const drawn = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) })
  return {
    shouldSample(context, traceId, name, kind, attributes, links) {
      if (kind === SpanKind.PRODUCER && links.length > 0) {
        return { decision: SamplingDecision.RECORD_AND_SAMPLED }
      }
      return drawn.shouldSample(context, traceId, name, kind, attributes, links)
    },
    toString: () => drawn.toString(),
  }
}

/** Says once that the collector went away, and once that it is back; spans meanwhile are lost. */
function watched(exporter: SpanExporter, log: Log): SpanExporter {
  let isAway = false
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const { error } = result
        if (error && !isAway) log.warn({ error }, 'The collector takes no spans.')
        if (!error && isAway) log.info('The collector takes spans again.')
        isAway = error !== undefined
        done(result)
      })
    },
    shutdown: () => exporter.shutdown(),
  }
}
