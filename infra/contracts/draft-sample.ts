import { randomBytes, randomUUIDv7 } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { catalogue } from '@forecourt/contracts/catalogue'
import type { EventContract } from '@forecourt/contracts/event'
import { seal } from '@forecourt/platform/personal'
import { newestOf, nextPlace, PLACEHOLDER, readSamples } from './samples.ts'
import { branchesOf, readerSchema, type Json, type Schema } from './schema.ts'

/**
 * `pnpm sample workshop.job-card.assigned.v1`: begins the next sample of an event, with what the
 * newest one says of the fields that it knows. What only a person can think of is left open.
 */
function beginSample(contract: EventContract): void {
  const samples = readSamples()
  const drafted = valueOf(readerSchema(contract)) as Json
  const known = Object.entries(newestOf(samples, contract.name)?.data ?? {})
  const kept = known.filter(([field]) => field in drafted)
  const file = nextPlace(contract, samples)
  mkdirSync(new URL('.', file), { recursive: true })
  const data = { ...drafted, ...Object.fromEntries(kept) }
  writeFileSync(file, `${JSON.stringify(data, null, 2)}\n`, { flag: 'wx' })
  console.log(
    `${file.pathname} begun; write something true to life wherever it says ${PLACEHOLDER}`,
  )
}

function valueOf(schema: Schema): unknown {
  const { format, items, properties = {} } = schema
  const type = [schema.type].flat().find((one) => one !== 'null')
  const branch = branchesOf(schema).find((one) => one.type !== 'null')
  if (branch) return valueOf(branch)
  if ('const' in schema) return schema['const']
  if (Array.isArray(schema['enum'])) return schema['enum'][0] as unknown
  if (schema['x-encrypted']) return ciphertext()
  if (type === 'object') {
    return Object.fromEntries(
      Object.entries(properties).map(([name, field]) => [name, valueOf(field)]),
    )
  }
  if (type === 'array') return items ? [valueOf(items)] : []
  if (type === 'integer' || type === 'number') return 1
  if (type === 'boolean') return true
  if (format === 'uuid') return randomUUIDv7()
  if (format === 'date-time') return new Date().toISOString()
  return PLACEHOLDER
}

/** Real ciphertext, under a key that is forgotten at once. */
function ciphertext(): string {
  return seal([{ version: '1', secret: randomBytes(32) }], 'a personal value', 'sample')
}

const [name = ''] = process.argv.slice(2)
const wanted = catalogue.find((contract) => contract.name === name)
if (wanted) {
  beginSample(wanted)
} else {
  console.error(`There is no event "${name}"; docs/derived/events.txt names them all.`)
  process.exitCode = 1
}
