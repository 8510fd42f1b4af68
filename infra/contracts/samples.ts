import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import type { EventContract } from '@forecourt/contracts/event'
import { isDeepStrictEqual } from 'node:util'
import { branchesOf, readerSchema, type Json, type Schema } from './schema.ts'

const FOLDER = new URL('../../packages/contracts/samples/', import.meta.url)
const PLACE = /^(.+)\.(v\d+)\/([a-z-]+)\.(\d+)\.json$/

/** What stands in a draft where its author has to think of something true to life. */
export const PLACEHOLDER = '…'

/** The data of one event as it once stood on the bus; every later reader must read it. */
export interface Sample {
  /** `customer-vehicle.customer.v1/registered.1.json`, below packages/contracts/samples. */
  place: string
  /** `customer-vehicle.customer.registered.v1` */
  event: string
  /** The first is 1; the newest one shows the event as it is now. */
  number: number
  data: Json
}

export function readSamples(folder: URL = FOLDER): Sample[] {
  return globSync('*/*', { cwd: folder })
    .map((place) => place.replaceAll('\\', '/'))
    .toSorted()
    .map((place) => sampleAt(place, readFileSync(new URL(place, folder), 'utf8')))
}

function sampleAt(place: string, text: string): Sample {
  const [, noun, major, fact, number] = PLACE.exec(place) ?? []
  if (!noun) throw new Error(`${place} is not <service>.<noun>.v1/<fact>.<number>.json.`)
  const data = JSON.parse(text) as Json
  return { place, event: `${noun}.${fact}.${major}`, number: Number(number), data }
}

/** Where the next sample of an event belongs. */
export function nextPlace({ name }: EventContract, samples: Sample[]): URL {
  const [service, noun, fact, major] = name.split('.')
  const taken = samples.filter(({ event }) => event === name).map(({ number }) => number)
  return new URL(`${service}.${noun}.${major}/${fact}.${Math.max(0, ...taken) + 1}.json`, FOLDER)
}

export function newestOf(samples: Sample[], event: string): Sample | undefined {
  const own = samples.filter((sample) => sample.event === event)
  return own.toSorted((one, other) => other.number - one.number)[0]
}

/** Digest of what a sample says, however its file is laid out. */
export function digestOf({ data }: Sample): string {
  return createHash('sha256').update(JSON.stringify(data)).digest('hex')
}

/** What is wrong with the samples of the house, one sentence each. */
export function faultsOf(samples: Sample[], catalogue: EventContract[]): string[] {
  const known = new Set<string>(catalogue.map(({ name }) => name))
  return [
    ...samples
      .filter(({ event }) => !known.has(event))
      .map(({ place }) => `${place}: no such event`),
    ...catalogue.flatMap((contract) => faultsOfEvent(contract, samples, catalogue)),
  ]
}

function faultsOfEvent(
  contract: EventContract,
  samples: Sample[],
  catalogue: EventContract[],
): string[] {
  const own = samples.filter(({ event }) => event === contract.name)
  const newest = newestOf(own, contract.name)
  if (!newest) {
    return [`${contract.name} has no sample: \`pnpm sample ${contract.name}\` begins one`]
  }
  const schema = readerSchema(contract)
  // The events of one noun often carry one state, not all of which is there at each of them.
  const alike = catalogue.filter(({ data }) => data === contract.data).map(({ name }) => name)
  const showing = samples.filter(({ event }) => alike.some((name) => name === event))
  const leaves = showing.flatMap(({ data }) => [...leavesOf(schema, data)])
  const shown = new Set(leaves.map(({ at }) => at))
  const unseen = placesOf(schema).filter((at) => !shown.has(at))
  return [
    ...own.flatMap((sample) => unreadable(contract, sample)),
    ...own.flatMap(({ place, data }) => [...untrue(schema, data)].map((say) => `${place}: ${say}`)),
    ...(isSaidNow(contract, newest)
      ? []
      : [`${newest.place}: says what its sender may not say (any more); add a newer sample`]),
    ...unseen.map((at) => `${contract.name}: no sample shows \`${at}\`; add one that does`),
  ]
}

function unreadable({ data: reader }: EventContract, { place, data }: Sample): string[] {
  const read = reader.safeParse(data)
  if (read.success) return []
  const [issue] = read.error.issues
  return [`${place}: today's reader refuses it: ${issue?.path.join('.')} ${issue?.message}`]
}

/** The sender's schema is closed at its top, and drops further in what it does not know. */
function isSaidNow({ data: schema }: EventContract, { data }: Sample): boolean {
  const said = schema.strict().safeParse(data)
  return said.success && isDeepStrictEqual(said.data, data)
}

const FORMATS: Record<string, RegExp> = {
  uuid: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/,
  date: /^\d{4}-\d\d-\d\d$/,
}
/** Key version, then nonce, tag and at least one byte. */
const CIPHERTEXT = /^[\w-]+\.[\w-]{39,}$/

function* untrue(schema: Schema, data: Json): Generator<string> {
  for (const { schema: leaf, value, at } of leavesOf(schema, data)) {
    if (typeof value !== 'string') continue
    if (value.includes(PLACEHOLDER)) yield `\`${at}\` still waits for a value`
    else if (leaf['x-encrypted'] && !CIPHERTEXT.test(value)) yield `\`${at}\` is not encrypted`
    else if (leaf.format && FORMATS[leaf.format]?.test(value) === false) {
      yield `\`${at}\` is no ${leaf.format}`
    }
  }
}

interface Leaf {
  schema: Schema
  value: unknown
  /** `lines[].amountMinor` */
  at: string
}

/** Every value beside the schema that describes it. */
function* leavesOf(schema: Schema, value: unknown, at = ''): Generator<Leaf> {
  if (value === undefined) return
  if (at !== '') yield { schema, value, at }
  for (const branch of branchesOf(schema)) yield* leavesOf(branch, value, at)
  if (Array.isArray(value)) {
    for (const item of value) if (schema.items) yield* leavesOf(schema.items, item, `${at}[]`)
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, field] of Object.entries(schema.properties ?? {})) {
      yield* leavesOf(field, (value as Json)[name], at === '' ? name : `${at}.${name}`)
    }
  }
}

/** Every field that the schema knows. */
function placesOf(schema: Schema, at = ''): string[] {
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const place = at === '' ? name : `${at}.${name}`
    return [place, ...placesOf(field, place)]
  })
  const items = schema.items ? placesOf(schema.items, `${at}[]`) : []
  return [...fields, ...items, ...branchesOf(schema).flatMap((branch) => placesOf(branch, at))]
}
