import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eventually } from './eventually.ts'

/** A span as it arrived. */
export interface SeenSpan {
  service: string
  traceId: string
  spanId: string
  /** Null for the first span of a trace. */
  parentSpanId: string | null
  name: string
  kind: string
  attributes: Record<string, unknown>
  links: { traceId: string; spanId: string }[]
  hasFailed: boolean
}

export interface Collector {
  /** The base address of its OTLP/HTTP door. */
  url: string
  /** Everything told so far. */
  spans: SeenSpan[]
  /** The first span that satisfies `is`; waits for it. */
  next(what: string, is: (span: SeenSpan) => boolean): Promise<SeenSpan>
  close(): Promise<void>
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']
const FAILED = 2
const PATIENCE_MS = 20_000

/** Takes spans in OTLP's JSON, as any collector of theirs does. */
export async function openCollector(): Promise<Collector> {
  const spans: SeenSpan[] = []
  const server = createServer((request, response) => {
    void textOf(request).then((text) => {
      spans.push(...read(text))
      response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    next: (what, is) => eventually(`a span: ${what}`, () => spans.find(is), PATIENCE_MS),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}

interface Told {
  resourceSpans: {
    resource: { attributes: Entry[] }
    scopeSpans: { spans: ToldSpan[] }[]
  }[]
}

interface ToldSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  attributes: Entry[]
  links?: { traceId: string; spanId: string }[]
  status?: { code?: number }
}

interface Entry {
  key: string
  value: Record<string, unknown>
}

function read(text: string): SeenSpan[] {
  const { resourceSpans } = JSON.parse(text) as Told
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(valuesOf(resource.attributes)['service.name'])
    return scopeSpans.flatMap((scope) => scope.spans.map((span) => seen(service, span)))
  })
}

function seen(service: string, told: ToldSpan): SeenSpan {
  const { traceId, spanId, parentSpanId, name, kind, attributes, links = [], status } = told
  return {
    ...{ service, traceId, spanId, name },
    parentSpanId: parentSpanId || null,
    kind: KINDS[kind] ?? String(kind),
    attributes: valuesOf(attributes),
    links: links.map((link) => ({ traceId: link.traceId, spanId: link.spanId })),
    hasFailed: status?.code === FAILED,
  }
}

function valuesOf(entries: Entry[]): Record<string, unknown> {
  return Object.fromEntries(entries.map(({ key, value }) => [key, Object.values(value)[0]]))
}
