import { readFile } from 'node:fs/promises'
import fastifyCompress from '@fastify/compress'
import fastifySwagger from '@fastify/swagger'
import fastifySwaggerUi from '@fastify/swagger-ui'
import { documentOf as describe } from '@forecourt/platform/openapi'
import { problem } from '@forecourt/platform/problem'
import type { FastifyInstance } from 'fastify'
import { BROTLI, GZIP } from './compress.ts'
import { customerExport } from './customer-export.ts'
import { catalogueOf } from './event-catalogue.ts'
import { EVENTS_PAGE_POLICY } from './events-page-look.ts'
import { renderEvents } from './events-page.ts'
import { GATEWAY, mergeDocuments, type ServiceDocument } from './openapi.ts'
import { systemHealth } from './system-health.ts'
import type { Upstream } from './upstream.ts'

const ASYNCAPI = new URL('../../docs/derived/asyncapi.json', import.meta.url)
const FETCH_MS = 2_000
const FRESH_MS = 5_000
/** The page's own files are enough for it; its styles are written by its script. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** `/docs`: the API of the services that run, and the events of the house. Works offline. */
export async function serveDocs(app: FastifyInstance, upstreams: Upstream[]): Promise<void> {
  const documentNow = remembered(() => documentOf(upstreams))
  const catalogueNow = remembered(async () => catalogueOf(await asyncApi()))
  await app.register(async (docs) => {
    await docs.register(fastifyCompress, {
      encodings: ['br', 'gzip', 'identity'],
      brotliOptions: BROTLI,
      zlibOptions: GZIP,
    })
    await servePage(docs)
    docs.get('/docs/openapi.json', async () => documentNow())
    docs.get('/docs/asyncapi.json', async (_request, reply) =>
      reply.type('application/json; charset=utf-8').send(await asyncApi()),
    )
    docs.get('/docs/events', async (request, reply) => {
      reply.header('vary', 'accept')
      const catalogue = await catalogueNow()
      if (!request.headers.accept?.includes('text/html')) {
        return catalogue.topics.flatMap(({ events }) => events)
      }
      return reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', EVENTS_PAGE_POLICY)
        .send(renderEvents(catalogue))
    })
  })
}

async function servePage(docs: FastifyInstance): Promise<void> {
  // The page insists on a document of this server's own routes; it is shown ours instead.
  await docs.register(fastifySwagger, { openapi: { openapi: '3.1.0' } })
  await docs.register(fastifySwaggerUi, {
    routePrefix: '/docs',
    staticCSP: PAGE_POLICY,
    theme: { title: 'API · Forecourt' },
    uiConfig: { layout: 'BaseLayout', docExpansion: 'none', persistAuthorization: true },
    uiHooks: {
      onRequest: (request, reply, next) => {
        if (/^\/docs\/(?:json|yaml)$/.test(request.url)) void reply.redirect('/docs/openapi.json')
        else next()
      },
    },
  })
}

async function asyncApi(): Promise<string> {
  try {
    return await readFile(ASYNCAPI, 'utf8')
  } catch (error) {
    throw problem('not_found', {}, error)
  }
}

/** The services that answer; one that is away is missing until it is back. */
async function documentOf(upstreams: Upstream[]): Promise<object> {
  const found = await Promise.all(upstreams.map(fetchDocument))
  const documents = found.filter((one) => one !== undefined)
  if (documents.length === 0) throw problem('service_unavailable', { retryAfterS: 2 })
  return mergeDocuments([...documents, await ownDocument()])
}

export const ownEndpoints = [systemHealth, customerExport]

/** What the gateway answers itself. */
export async function ownDocument(): Promise<ServiceDocument> {
  const endpoints = ownEndpoints
  return { service: GATEWAY, document: await describe({ about: 'The gateway', endpoints }) }
}

async function fetchDocument({ name, pool }: Upstream): Promise<ServiceDocument | undefined> {
  try {
    const signal = AbortSignal.timeout(FETCH_MS)
    const { statusCode, body } = await pool.request({
      method: 'GET',
      path: '/openapi.json',
      signal,
    })
    const document = await body.json()
    if (statusCode !== 200) return undefined
    return { service: name, document: document as ServiceDocument['document'] }
  } catch {
    // /readyz tells who is away; the document shows who is there.
    return undefined
  }
}

/** One run serves everybody who asks within the next seconds; a failed one is forgotten. */
function remembered<Value>(run: () => Promise<Value>): () => Promise<Value> {
  let last: Promise<Value> | undefined
  let atMs = -Infinity
  return () => {
    if (!last || performance.now() - atMs > FRESH_MS) {
      atMs = performance.now()
      last = run()
      last.catch(() => (last = undefined))
    }
    return last
  }
}
