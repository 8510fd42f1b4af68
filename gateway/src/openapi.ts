import { doorOf, prefixes } from './routes.ts'

type Json = Record<string, unknown>

export interface ServiceDocument {
  service: string
  document: Json
}

/** The name under which the gateway documents what it answers itself. */
export const GATEWAY = 'gateway'

const REF = /"#\/components\/schemas\/([^"]+)"/g

/**
 * One OpenAPI document of all services, as a caller of the gateway sees them: only what the table
 * leads to, below our prefix. A schema that two services name alike but shape differently gets its
 * service's name in front.
 */
export function mergeDocuments(documents: ServiceDocument[]): Json {
  const contested = contestedNames(documents)
  const parts = documents.map((one) => renamed(one, contested))
  const paths = parts.flatMap(reachable).toSorted(([one], [other]) => (one < other ? -1 : 1))
  const schemas = parts.flatMap(({ document }) => Object.entries(schemasOf(document)))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Forecourt',
      version: '1.0.0',
      description: 'The API of car dealers and workshops.',
    },
    servers: [{ url: '/' }],
    tags: tagsOf(paths.map(([, item]) => item)).map((name) => ({ name })),
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: Object.fromEntries(schemas.toSorted(([one], [other]) => (one < other ? -1 : 1))),
    },
  }
}

function reachable({ service, document }: ServiceDocument): [string, Json][] {
  return Object.entries((document['paths'] ?? {}) as Record<string, Json>)
    .filter(([path]) => ownerOf(path, service) === service)
    .map(([path, item]) => [`${prefixes[0]}${path}`, item])
}

/** What every service has is each one's; what the gateway answers itself comes before all doors. */
function ownerOf(path: string, service: string): string | undefined {
  if (service === GATEWAY) return GATEWAY
  return doorOf(path.replace('{service}', service))?.service
}

/** Names whose schemas, with all that these refer to, are not the same everywhere. */
function contestedNames(documents: ServiceDocument[]): Set<string> {
  const shapes = new Map<string, Set<string>>()
  for (const { document } of documents) {
    const schemas = schemasOf(document)
    for (const name of Object.keys(schemas)) {
      shapes.getOrInsertComputed(name, () => new Set()).add(shapeOf(name, schemas))
    }
  }
  return new Set([...shapes].filter(([, all]) => all.size > 1).map(([name]) => name))
}

function shapeOf(name: string, schemas: Json): string {
  const seen = new Map<string, string>()
  const waiting = [name]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue
    const text = JSON.stringify(schemas[next] ?? null)
    seen.set(next, text)
    waiting.push(...Array.from(text.matchAll(REF), ([, ref = '']) => ref))
  }
  return JSON.stringify([...seen].toSorted(([one], [other]) => one.localeCompare(other)))
}

function renamed({ service, document }: ServiceDocument, contested: Set<string>): ServiceDocument {
  const newName = (name: string) => (contested.has(name) ? `${pascal(service)}${name}` : name)
  const text = JSON.stringify(document).replace(
    REF,
    (_, name: string) => `"#/components/schemas/${newName(name)}"`,
  )
  const copy = JSON.parse(text) as Json
  const schemas = Object.entries(schemasOf(copy)).map(([name, schema]): [string, unknown] => [
    newName(name),
    schema,
  ])
  return { service, document: { ...copy, components: { schemas: Object.fromEntries(schemas) } } }
}

function schemasOf(document: Json): Json {
  return ((document['components'] as Json | undefined)?.['schemas'] ?? {}) as Json
}

function tagsOf(items: Json[]): string[] {
  const operations = items.flatMap((item) => Object.values(item) as { tags?: string[] }[])
  return [...new Set(operations.flatMap(({ tags = [] }) => tags))].toSorted()
}

function pascal(service: string): string {
  return service.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())
}
