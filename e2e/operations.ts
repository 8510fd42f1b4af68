import { readFileSync } from 'node:fs'

/** A JSON Schema as far as the API uses it. */
export interface Schema {
  $ref?: string
  type?: string | string[]
  format?: string
  pattern?: string
  enum?: unknown[]
  anyOf?: Schema[]
  items?: Schema
  minItems?: number
  minimum?: number
  properties?: Record<string, Schema>
  required?: string[]
}

/** One operation of the API, as the document of the gateway describes it. */
export interface Operation {
  method: string
  /** Below `/api/v1`, with its parameters in braces. */
  path: string
  query: { name: string; schema: Schema }[]
  body: Schema | undefined
}

interface Described {
  parameters?: { in: string; name: string; schema: Schema }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}

interface Document {
  paths: Record<string, Record<string, Described>>
  components: { schemas: Record<string, Schema> }
}

const file = new URL('../docs/derived/openapi.json', import.meta.url)
const document = JSON.parse(readFileSync(file, 'utf8')) as Document

/** Every operation that there is; one that comes tomorrow is among them. */
export const operations: Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
    method: method.toUpperCase(),
    path: path.replace('/api/v1', ''),
    query: parameters.filter((parameter) => parameter.in === 'query'),
    body: requestBody?.content['application/json']?.schema,
  })),
)

/** What answers the ids for a field, or nothing where it knows none. */
export type Known = (field: string) => string | undefined

const WORDS = [
  'Plain words',
  'brakes',
  '2026-12-01',
  '10:00',
  '411004',
  '998729',
  '87083000',
  '123456',
]

/** Fields whose rules the schema cannot say. */
const TEXTS: Record<string, string> = {
  email: 'somebody@example.com',
  phone: '+919800000001',
  password: 'Forecourt#2026',
  role: 'advisor',
  vehicleNumber: 'MH14ZZ4321',
  brand: 'Toyota',
}

/** A body that the schema takes: what is required, and every id that may be given. */
export function plausible(schema: Schema, field: string, known: Known): unknown {
  const { type, properties, items, minimum = 1, ...rest } = oneOf(schema)
  const given = known(field)
  if (rest.format === 'uuid') {
    if (given === undefined) throw new Error(`The sweep knows no id of the visit for "${field}".`)
    return given
  }
  if (rest.enum) return rest.enum[0]
  if (properties) return plausibleObject(properties, rest.required ?? [], knownIn(field, known))
  if (type === 'array') return items ? [plausible(items, field, known)] : []
  if (type === 'boolean') return true
  if (type === 'number' || type === 'integer') return Math.max(minimum, 1)
  return given ?? TEXTS[field] ?? textFor(rest)
}

/** The `id` of an entry of `services` is one of those that were found in `services`. */
function knownIn(field: string, known: Known): Known {
  return (name) => known(name === 'id' ? field : name)
}

function plausibleObject(fields: Record<string, Schema>, required: string[], known: Known) {
  const isId = (name: string) => oneOf(fields[name] ?? {}).format === 'uuid'
  const wanted = Object.keys(fields).filter((name) => required.includes(name) || isId(name))
  const names = wanted.length > 0 ? wanted : Object.keys(fields).slice(0, 1)
  return Object.fromEntries(names.map((name) => [name, plausible(fields[name] ?? {}, name, known)]))
}

function textFor({ format, pattern }: Schema): string {
  if (format === 'date') return '2026-12-01'
  if (format === 'date-time') return '2026-12-01T10:00:00Z'
  if (format === 'email') return 'somebody@example.com'
  const fitting = WORDS.find((word) => new RegExp(pattern ?? '', 'u').test(word))
  return fitting ?? 'Plain words'
}

/** The schema itself, or the first of those that it offers. */
export function oneOf(schema: Schema): Schema {
  const { $ref, anyOf } = schema
  if ($ref) return oneOf(document.components.schemas[$ref.split('/').at(-1) ?? ''] ?? {})
  return anyOf?.[0] ? oneOf(anyOf[0]) : schema
}
