import { createServer, request, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serviceNames, type ServiceName } from '@forecourt/contracts/service-name'
import { Redis } from 'ioredis'
import { openGateway, type RunningGateway } from './gateway.ts'

/** An HTTP server in the place of a service; it tells what it was asked. */
export interface Backend {
  url: string
  /** How many requests have reached it. */
  count(): number
  /** Answers in its own way from now on. */
  answer(listener: RequestListener): void
  /** Refuses every connection from now on. */
  close(): Promise<void>
}

export interface Echo {
  service: string
  method: string
  url: string
  headers: IncomingHttpHeaders
  bytes: number
}

export interface TestHouse extends RunningGateway {
  services: Record<ServiceName, Backend>
  /** The database of Redis that this house alone writes to; it was empty when the house opened. */
  redis: Redis
  ask(path: string, asked?: Asked): Promise<Answer>
  /** A second gateway before the same services. */
  openAnother(env?: Record<string, string>): Promise<RunningGateway>
}

/** A Redis that nobody else writes to until it is given back. */
interface Lease {
  url: string
  release(): Promise<void>
}

/** A gateway with a server behind each of its doors. */
export async function openHouse(
  lease: Lease,
  env: Record<string, string> = {},
): Promise<TestHouse> {
  const redis = new Redis(lease.url)
  await redis.flushdb()
  const entries = await Promise.all(serviceNames.map(async (name) => [name, await backend(name)]))
  const services = Object.fromEntries(entries) as Record<ServiceName, Backend>
  const settings = {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: process.env['FORECOURT_TEST_LOG'] ?? 'silent',
    REDIS_URL: lease.url,
    IDENTITY_URL: services.identity.url,
    CUSTOMER_VEHICLE_URL: services['customer-vehicle'].url,
    INVENTORY_URL: services.inventory.url,
    WORKSHOP_URL: services.workshop.url,
    BILLING_URL: services.billing.url,
    NOTIFICATION_URL: services.notification.url,
    REPORTING_URL: services.reporting.url,
    JWKS_URL: `${services.identity.url}/.well-known/jwks.json`,
    ...env,
  }
  const gateway = await openGateway(settings)
  return {
    ...gateway,
    services,
    redis,
    ask: (path, asked) => ask(gateway.url, path, asked),
    openAnother: (more) => openGateway({ ...settings, ...more }),
    async close() {
      await gateway.close()
      await Promise.all(Object.values(services).map((one) => one.close()))
      redis.disconnect()
      await lease.release()
    },
  }
}

async function backend(service: ServiceName): Promise<Backend> {
  let requests = 0
  let listener: RequestListener = echo(service)
  const server = createServer((incoming, response) => {
    requests += 1
    listener(incoming, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: () => requests,
    answer: (own) => (listener = own),
    async close() {
      server.closeAllConnections()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
}

function echo(service: ServiceName): RequestListener {
  return (incoming, response) => {
    let bytes = 0
    incoming.on('data', (chunk: Buffer) => (bytes += chunk.length))
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming
      const told: Echo = { service, method, url, headers, bytes }
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(told))
    })
  }
}

export interface Asked {
  method?: string
  headers?: Record<string, string | string[]>
  body?: string | Uint8Array
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
  bytes: Buffer
  json<Shape = Echo>(): Shape
}

/** A request exactly as written: no client tidies its path or its headers. */
export function ask(base: string, path: string, asked: Asked = {}): Promise<Answer> {
  const { hostname, port } = new URL(base)
  const { method = 'GET', headers = {}, body } = asked
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const bytes = Buffer.concat(chunks)
        const text = bytes.toString()
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          bytes,
          json: <Shape>() => JSON.parse(text) as Shape,
        })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** What every refusal looks like. */
export interface Refusal {
  success: boolean
  status: number
  error: { code: string; reason: string }
  meta: { requestId: string }
}
