import '@forecourt/gateway/gateway'
import '@forecourt/platform/run'
import { metricsTold } from '@forecourt/platform/metrics'

/** One line per metric of ours, for whoever builds a dashboard or an alarm. */
export async function metricLines(): Promise<string> {
  const rows = (await metricsTold()).map(
    ({ name, type, labels, help }) => `| \`${name}\` | ${type} | ${labels.join(', ')} | ${help} |`,
  )
  return [
    '# Metrics',
    '',
    'Each process answers them at `/metrics`; the gateway in production on `METRICS_PORT` alone.',
    'Beside these stand the usual `process_*` and `nodejs_*`, such as',
    '`nodejs_eventloop_lag_p99_seconds`.',
    '',
    '| name | type | labels | what it tells |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}
