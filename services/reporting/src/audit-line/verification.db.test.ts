import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { AuditLine } from '@forecourt/contracts/audit'
import type { ServiceName } from '@forecourt/contracts/service-name'
import { inTransaction, statements } from '@forecourt/platform/database'
import { openLog } from '@forecourt/platform/log'
import { systemScope } from '@forecourt/platform/scope'
import { auditFact } from '@forecourt/testing/facts'
import { kiran } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Tables } from '../db.ts'
import { reporting } from '../service.ts'
import { tellHeads } from './audit-chain.jobs.ts'
import { beginning, type Place } from './audit-chain.ts'
import { lineOf } from './audit-line.ts'
import { appendLine } from './audit-line.queries.ts'
import type { ChainReport } from './verification.ts'

const LINES = 60
let stack: Stack

beforeAll(async () => {
  stack = await openStack(reporting)
  await Promise.all(fc.sample(told, { numRuns: LINES, seed: 7 }).map((line) => append(line)))
  await append(auditFact(), 'notification')
})
afterAll(() => stack?.close())

const word = fc.string({ unit: 'grapheme', maxLength: 12 })
const state = fc.dictionary(fc.string(), fc.oneof(word, fc.jsonValue()), { maxKeys: 4 })
const uuid = fc.oneof(
  fc.uuid(),
  fc.uuid().map((id) => id.toUpperCase()),
)
const moment = fc.oneof(
  fc
    .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
    .map((d) => d.toISOString()),
  fc.constantFrom('2026-11-21T10:15:30Z', '2026-11-21T15:45:30.123456+05:30'),
)
/** Lines as a service tells them, spelled in every way that the contract allows. */
const told: fc.Arbitrary<AuditLine> = fc
  .record({
    ...{ auditId: uuid, at: moment, requestId: word, action: word, entity: word },
    ...{ userId: fc.option(uuid), serviceCenterId: fc.option(uuid), entityId: fc.option(word) },
    ...{ role: fc.option(word), address: fc.option(word), userAgent: fc.option(word) },
    outcome: fc.constantFrom('done', 'refused', 'read'),
    ...{ reason: fc.option(word), before: fc.option(state), after: fc.option(state) },
  })
  .map((line) => auditFact(line))

function append(line: AuditLine, service: ServiceName = 'identity'): Promise<void> {
  return inTransaction<Tables, void>(stack.pool, systemScope(), (db) =>
    appendLine(db, lineOf(service, line)),
  )
}

interface Verified {
  valid: boolean
  complete: boolean
  chains: ChainReport[]
}

async function verify(query: object = {}): Promise<Verified> {
  const texts = Object.entries(query).map(([name, value]) => [name, String(value)])
  const asked = { as: kiran, query: Object.fromEntries(texts) as Record<string, string> }
  const { status, data } = await stack.call<Verified>('GET /admin/audit-logs/verify', asked)
  expect(status).toBe(200)
  return data
}

interface Shown extends Record<string, unknown> {
  sequence: number
  hash: string
}

/** The lines of identity, as anybody with the right to read them is shown them. */
async function shown(): Promise<Shown[]> {
  const { data } = await stack.call<Shown[]>('GET /admin/audit-logs', {
    as: kiran,
    query: { 'filter[service]': 'identity', sort: 'sequence', order: 'asc', limit: '100' },
  })
  return data
}

test('lines that come at once, however they are spelled, make one whole chain', async () => {
  const { valid, complete, chains } = await verify()
  expect({ valid, complete }).toEqual({ valid: true, complete: true })
  const told = chains.map(({ service, lines, from, head }) => [service, lines, from, head.sequence])
  expect(told).toEqual([
    ['identity', LINES, beginning, LINES],
    ['notification', 1, beginning, 1],
  ])
})

test('an outsider recomputes every hash from what the API shows', async () => {
  let previous = '0'.repeat(64)
  for (const { hash, timestamp, ...line } of await shown()) {
    const fields = Object.entries(line).filter(([, value]) => value !== null)
    const text = canonicalize(Object.fromEntries(fields)) ?? ''
    expect(createHash('sha256').update(text, 'utf8').digest('hex')).toBe(hash)
    expect(line['previousHash']).toBe(previous)
    expect(timestamp).toBe(line['createdAt'])
    previous = hash
  }
  const { chains } = await verify({ service: 'identity' })
  expect(chains[0]?.head).toEqual({ sequence: LINES, hash: previous })
})

test('a long chain is checked in pieces, each from where the last one ended', async () => {
  let place: Place | null = beginning
  const ends = []
  while (place) {
    const piece: Verified = await verify({ service: 'identity', ...place, limit: 25 })
    const [chain] = piece.chains
    place = chain?.next ?? null
    ends.push([piece.valid, piece.complete, chain?.lines, place?.sequence])
  }
  expect(ends).toEqual([
    [true, false, 25, 25],
    [true, false, 25, 50],
    [true, true, 10, undefined],
  ])
})

test('one limit holds for all chains, and each says where to go on', async () => {
  const { complete, chains } = await verify({ limit: LINES })
  expect(complete).toBe(false)
  expect(chains.map(({ next }) => next?.sequence)).toEqual([LINES, 0])
})

test('the log contains every head that it ever had, and says so', async () => {
  const noted = (await shown()).map(({ sequence, hash }) => ({ sequence, hash }))
  for (const place of noted.filter(({ sequence }) => sequence % 7 === 0)) {
    const { valid, complete, chains } = await verify({ service: 'identity', ...place })
    expect({ valid, complete, from: chains[0]?.from, lines: chains[0]?.lines }).toEqual({
      ...{ valid: true, complete: true, from: place, lines: LINES - place.sequence },
    })
    const forged = {
      ...place,
      hash: place.hash.replaceAll(/./g, (digit) => (digit === 'a' ? 'b' : 'a')),
    }
    const [lost] = (await verify({ service: 'identity', ...forged })).chains
    expect(lost?.firstBroken).toMatchObject({ sequence: place.sequence, fault: 'place_lost' })
  }
})

test('the end of every chain is told to the log, whole, where no owner of the database reaches', async () => {
  const told: string[] = []
  const log = openLog('reporting', 'info', { write: (line) => told.push(line) })
  const db = statements<Tables>(stack.pool, systemScope(), 'read only')
  expect(await tellHeads.run({ db, pool: stack.pool, log })).toBe(false)
  const { chains } = await verify()
  expect(JSON.parse(told.join(''))).toMatchObject({
    heads: chains.map(({ service, head }) => `${service} ${head.sequence} ${head.hash}`),
  })
})

test.each([
  [{ sequence: '3', hash: 'a'.repeat(64) }],
  [{ service: 'identity', sequence: '3' }],
  [{ service: 'identity', hash: 'a'.repeat(64) }],
  [{ service: 'identity', sequence: '3', hash: 'A' }],
  [{ service: 'nobody' }],
  [{ limit: '0' }],
  [{ shoeSize: '42' }],
])('half a place is refused, and what nobody knows: %j', async (query) => {
  const { status } = await stack.call('GET /admin/audit-logs/verify', { as: kiran, query })
  expect(status).toBe(422)
})

test('lines that were there before they were chained are chained by the same rule', async () => {
  const client = await stack.admin.connect()
  try {
    await client.query('create schema earlier')
    await client.query('set search_path to earlier, reporting')
    await client.query(await migration('0001_audit_line.sql'))
    const { rows: columns } = await client.query<{ name: string }>(
      `select column_name as name from information_schema.columns
        where table_schema = 'earlier' and table_name = 'audit_line'`,
    )
    const names = columns.map(({ name }) => name).join(', ')
    await client.query(
      `insert into audit_line (${names}) select ${names} from reporting.audit_line`,
    )
    await client.query(
      `insert into audit_chain select service, last_sequence from reporting.audit_chain`,
    )
    await client.query(await migration('0002_audit_chain.sql'))
    const placesOf = async (schema: string) => {
      const lines = `select service, sequence, previous_hash, hash from ${schema}.audit_line`
      const heads = `select service, last_sequence, last_hash, null from ${schema}.audit_chain`
      return (await client.query(`${lines} union all ${heads} order by 1, 2, 3`)).rows
    }
    const chained = await placesOf('earlier')
    expect(chained).toEqual(await placesOf('reporting'))
    expect(chained).toHaveLength(LINES + 3)
  } finally {
    await client.query('set search_path to reporting')
    client.release()
  }
})

function migration(name: string): Promise<string> {
  return readFile(new URL(`../../migrations/${name}`, import.meta.url), 'utf8')
}
