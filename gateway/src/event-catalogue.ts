import { z } from 'zod'

/** A public topic, as another company's engineer needs to know it. */
export interface TopicEntry {
  topic: string
  about: string
  /** `reference` or `ledger`. */
  class: string
  /** How long a record is kept, in a sentence. */
  retention: string
  partitions: number
  /** The service that alone produces to it. */
  sentBy: string
  events: EventEntry[]
}

export interface EventEntry {
  /** `customer-vehicle.customer.registered.v1` */
  name: string
  /** What `ce_type` says: the name with `forecourt.` in front. */
  type: string
  title: string
  about: string
  topic: string
  /** The field whose value is the record's key. */
  key: string
  /** The services of this house that listen to it. */
  heardBy: string[]
  fields: FieldEntry[]
  example: { headers: Record<string, string>; value: unknown } | undefined
}

export interface FieldEntry {
  /** `lines[].amountMinor` for what lies further in. */
  name: string
  type: string
  about: string
  required: boolean
  encrypted: boolean
}

export interface EventCatalogue {
  topics: TopicEntry[]
  /** What every record carries beside its value. */
  headers: FieldEntry[]
}

interface Schema {
  type?: string | string[]
  format?: string
  description?: string
  const?: string | number | boolean | null
  enum?: unknown[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  additionalProperties?: Schema | boolean
  anyOf?: Schema[]
  oneOf?: Schema[]
  'x-encrypted'?: boolean
}

const AnySchema = z.custom<Schema>((value) => typeof value === 'object' && value !== null)
const Message = z.object({
  title: z.string(),
  summary: z.string(),
  'x-key': z.string(),
  'x-heard-by': z.array(z.string()),
  examples: z
    .array(z.object({ headers: z.record(z.string(), z.string()), payload: z.unknown() }))
    .optional(),
})
const Channel = z.object({
  address: z.string(),
  description: z.string(),
  messages: z.record(z.string(), z.unknown()),
  'x-class': z.string(),
  'x-retention': z.string(),
  'x-sent-by': z.string(),
  bindings: z.object({ kafka: z.object({ partitions: z.number() }) }),
})
const Document = z.object({
  channels: z.record(z.string(), Channel),
  components: z.object({
    messages: z.record(z.string(), Message),
    schemas: z.record(z.string(), AnySchema),
    messageTraits: z.object({ cloudEvent: z.object({ headers: AnySchema }) }),
  }),
})
type Document = z.infer<typeof Document>

/** What the AsyncAPI document of the house says, laid out for reading. Throws on any other. */
export function catalogueOf(asyncApi: string): EventCatalogue {
  const document = Document.parse(JSON.parse(asyncApi))
  return {
    topics: Object.values(document.channels).map((channel) => ({
      topic: channel.address,
      about: channel.description,
      class: channel['x-class'],
      retention: channel['x-retention'],
      partitions: channel.bindings.kafka.partitions,
      sentBy: channel['x-sent-by'],
      events: Object.keys(channel.messages).flatMap((type) => eventOf(document, channel, type)),
    })),
    headers: fieldsOf(document.components.messageTraits.cloudEvent.headers),
  }
}

function eventOf(
  { components }: Document,
  { address }: z.infer<typeof Channel>,
  type: string,
): EventEntry[] {
  const message = components.messages[type]
  const schema = components.schemas[type]
  if (!message || !schema) return []
  const [example] = message.examples ?? []
  return [
    {
      name: type.replace(/^forecourt\./, ''),
      type,
      title: message.title,
      about: message.summary,
      topic: address,
      key: message['x-key'],
      heardBy: message['x-heard-by'],
      fields: fieldsOf(schema),
      example: example && { headers: example.headers, value: example.payload },
    },
  ]
}

/** Every field, those of objects and lists within it behind it. */
function fieldsOf(schema: Schema, within = ''): FieldEntry[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([field, said]) => {
    const name = within === '' ? field : `${within}.${field}`
    const entry: FieldEntry = {
      name,
      type: typeOf(said),
      about: said.description ?? '',
      required: schema.required?.includes(field) ?? false,
      encrypted: isEncrypted(said),
    }
    return [entry, ...fieldsOf(said, name)]
  })
  const items = schema.items ? fieldsOf(schema.items, `${within}[]`) : []
  return [...own, ...items, ...branchesOf(schema).flatMap((branch) => fieldsOf(branch, within))]
}

function isEncrypted(schema: Schema): boolean {
  const inside = [...branchesOf(schema), ...(schema.items ? [schema.items] : [])]
  return schema['x-encrypted'] === true || inside.some(isEncrypted)
}

function branchesOf({ anyOf, oneOf }: Schema): Schema[] {
  return anyOf ?? oneOf ?? []
}

/** `string (uuid)`, `list of string`, `active or closed`, `integer or null`: words, in a line. */
function typeOf(schema: Schema): string {
  const { type = 'anything', format, items, additionalProperties } = schema
  if (schema.const !== undefined) return String(schema.const)
  if (schema.enum) return schema.enum.join(' or ')
  const branches = branchesOf(schema)
  if (branches.length > 0) return branches.map(typeOf).join(' or ')
  if (type === 'array') return `list of ${items ? typeOf(items) : 'anything'}`
  if (type === 'object' && typeof additionalProperties === 'object') {
    return `map of ${typeOf(additionalProperties)}`
  }
  const kinds = [type].flat().join(' or ')
  return format === undefined ? kinds : `${kinds} (${format})`
}
