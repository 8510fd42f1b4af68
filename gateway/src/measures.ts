import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { lookedUp, metrics } from '@forecourt/platform/metrics'
import type { Upstream } from './upstream.ts'

const inFlight = lookedUp(
  'forecourt_gateway_in_flight',
  'Requests that a service has not answered to the end.',
  ['service'],
)

/** What Prometheus is told of the gateway. */
export async function measured(upstreams: Upstream[]): Promise<string> {
  const samples = upstreams.map((one) => ({ labels: { service: one.name }, value: one.inFlight }))
  return `${await metrics.metrics()}${inFlight(samples)}`
}

export interface MeasuresServer {
  url: string
  close(): Promise<void>
}

/** `/metrics` on a port of its own, which callers of the API need not reach. */
export async function serveMeasures(
  { host, port }: { host: string; port: number },
  upstreams: Upstream[],
): Promise<MeasuresServer> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') return void response.writeHead(404).end()
    measured(upstreams).then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      (error: Error) => response.destroy(error),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve)
  })
  const address = server.address() as AddressInfo
  return {
    url: `http://${host}:${address.port}/metrics`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
