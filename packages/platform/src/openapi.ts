import fastifySwagger from '@fastify/swagger'
import fastify, { type FastifyInstance, type FastifySchema } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { meaningsOf } from './by-body.ts'
import type { Endpoint, Meant } from './endpoint.ts'
import { envelopeOf, ErrorEnvelope, ErrorListEnvelope, listEnvelopeOf } from './envelope.ts'
import { tidy, type Json } from './openapi-tidy.ts'

/** What any write takes, whatever it writes. */
const WriteHeaders = z.object({
  'idempotency-key': z
    .string()
    .min(16)
    .max(128)
    .optional()
    .describe('A repeated request under the same key gets the first answer.'),
  'if-match': z.string().optional().describe('The version that is to be changed, as in `ETag`.'),
})

/** Collects the documentation of all routes; must be registered before they are. */
export async function documentRoutes(app: FastifyInstance, title: string): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title, version: '1.0.0' },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
  app.get('/openapi.json', { schema: { hide: true } }, async () =>
    tidy(app.swagger() as unknown as Json),
  )
}

/** The document of a service that does not run, for files that are written from the code. */
export async function documentOf(service: { about: string; endpoints: Endpoint[] }): Promise<Json> {
  const app = fastify()
  app.setValidatorCompiler(() => (value: unknown) => ({ value }))
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  await documentRoutes(app, service.about)
  for (const endpoint of service.endpoints) {
    const { method, path: url } = endpoint
    app.route({ method, url, schema: documentationOf(endpoint), handler: async () => undefined })
  }
  await app.ready()
  return tidy(app.swagger() as unknown as Json)
}

/** What the documentation says of one endpoint; input and answers come from its schemas. */
export function documentationOf(endpoint: Endpoint): FastifySchema {
  const { body, form, query, path, about } = endpoint
  const meanings = meaningsOf(endpoint)
  const isOpen = meanings.some(({ may }) => may === 'public')
  const isClosed = meanings.some(({ may }) => may !== 'public')
  const refusal = endpoint.errors === 'list' ? ErrorListEnvelope : ErrorEnvelope
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
  return {
    summary: about,
    description: meanings.map(whoMay).join(' Or, as the body decides: '),
    tags: [path.split('/')[1] ?? ''],
    ...(isClosed && { security: [{ bearer: [] }, ...(isOpen ? [{}] : [])] }),
    ...(body && { body }),
    ...(form && { body: form, consumes: ['multipart/form-data'] }),
    ...(query && { querystring: query }),
    ...(names.length > 0 && {
      params: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))),
    }),
    ...(endpoint.method !== 'GET' && { headers: WriteHeaders }),
    response: { ...successesOf(meanings), '4xx': refusal, '5xx': refusal },
  }
}

function whoMay({ may }: Meant): string {
  return may === 'public' ? 'Open to everybody.' : `Needs: \`${may}\`.`
}

/** status → what is answered with it. */
function successesOf(meanings: readonly Meant[]): Record<number, z.ZodType> {
  const answers: Record<number, z.ZodType> = {}
  for (const meant of meanings) {
    const known = answers[meant.status]
    answers[meant.status] = known ? z.union([known, successOf(meant)]) : successOf(meant)
  }
  return answers
}

function successOf({ kind, returns, flat }: Meant): z.ZodType {
  const beside = flat && returns instanceof z.ZodObject ? returns.shape : {}
  return kind === 'list' ? listEnvelopeOf(returns) : envelopeOf(returns).safeExtend(beside)
}
