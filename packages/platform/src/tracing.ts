import type { Log } from './log.ts'
import type { Tracer } from './trace.ts'
import type { BaseConfig } from './config.ts'

/** The tracer of a service; undefined, with nothing loaded for it, unless a collector is named. */
export async function openTracer(
  service: string,
  config: Pick<
    BaseConfig,
    'OTEL_EXPORTER_OTLP_ENDPOINT' | 'OTEL_SDK_DISABLED' | 'OTEL_TRACES_SAMPLER_ARG'
  >,
  log: Log,
): Promise<Tracer | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio } = config
  if (endpoint === undefined || config.OTEL_SDK_DISABLED) return undefined
  const { startTracer } = await import('./trace-sdk.ts')
  return startTracer({ service, endpoint, ratio, log })
}
