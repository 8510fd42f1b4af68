import { inTransaction } from '@forecourt/platform/database'
import { systemScope } from '@forecourt/platform/scope'
import { auditFact } from '@forecourt/testing/facts'
import { kiran } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Tables } from '../db.ts'
import { reporting } from '../service.ts'
import { beginning, type Place } from './audit-chain.ts'
import { AuditLineRow, lineOf } from './audit-line.ts'
import { appendLine, hashOf } from './audit-line.queries.ts'
import type { ChainReport } from './verification.ts'

const LINES = 12
let stack: Stack
let kept: AuditLineRow[]
let head: Place

beforeAll(async () => {
  stack = await openStack(reporting)
  for (let count = 0; count < LINES; count += 1) await append({ reason: `reason-${count}` })
  await stack.admin.query('create table kept_line as table audit_line')
  await stack.admin.query('create table kept_chain as table audit_chain')
  kept = await lines()
  head = placeOf(kept.at(-1))
})
afterAll(() => stack?.close())
afterEach(() => restore())

/** Whatever was done to the log as the owner of the database is undone. */
async function restore(): Promise<void> {
  await stack.admin.query(`delete from audit_line; delete from audit_chain;
    insert into audit_line select * from kept_line;
    insert into audit_chain select * from kept_chain`)
}

function append(changes: Parameters<typeof auditFact>[0]): Promise<void> {
  return inTransaction<Tables, void>(stack.pool, systemScope(), (db) =>
    appendLine(db, lineOf('identity', auditFact(changes))),
  )
}

async function lines(): Promise<AuditLineRow[]> {
  const { data } = await stack.call<unknown[]>('GET /admin/audit-logs', {
    as: kiran,
    query: { sort: 'sequence', order: 'asc', limit: '100' },
  })
  return data.map((line) => AuditLineRow.parse(line))
}

function placeOf(line: AuditLineRow | undefined): Place {
  return line ? { sequence: line.sequence, hash: line.hash } : beginning
}

/** The reports of every chain, or of identity's alone from a place that was noted. */
async function reports(noted?: Place): Promise<ChainReport[]> {
  const place = noted && { sequence: String(noted.sequence), hash: noted.hash }
  const { status, data } = await stack.call<{ valid: boolean; chains: ChainReport[] }>(
    'GET /admin/audit-logs/verify',
    { as: kiran, query: { ...(place && { service: 'identity', ...place }) } },
  )
  expect(status).toBe(200)
  expect(data.valid).toBe(data.chains.every(({ firstBroken }) => firstBroken === null))
  return data.chains
}

/** The first broken line of identity's chain. */
async function broken(noted?: Place) {
  const chain = (await reports(noted)).find(({ service }) => service === 'identity')
  if (!chain) throw new Error('The chain of identity is not checked.')
  return chain.firstBroken
}

/** Runs a statement as the owner of the database, whom no right and no policy stops. */
async function asOwner(statement: string, values: unknown[] = []): Promise<void> {
  const { rowCount } = await stack.admin.query(statement, values)
  expect(rowCount).toBeGreaterThan(0)
}

/** Another value for every column, as SQL over the old one. */
const forgeries: Record<string, string> = {
  id: 'gen_random_uuid()',
  service: `'nobody'`,
  sequence: 'sequence + 1000',
  user_id: 'gen_random_uuid()',
  role: `role || 'x'`,
  action: `action || 'x'`,
  endpoint: `endpoint || 'x'`,
  entity_type: `entity_type || 'x'`,
  entity_id: `entity_id || 'x'`,
  service_center_id: 'gen_random_uuid()',
  outcome: `'read'`,
  reason: `reason || 'x'`,
  old_values: `old_values || '{"city": "Puna"}'`,
  new_values: `jsonb_set(new_values, '{tags,0}', '"b"')`,
  ip_address: `ip_address || 'x'`,
  user_agent: `user_agent || 'x'`,
  request_id: `request_id || 'x'`,
  created_at: `created_at + interval '1 microsecond'`,
  recorded_at: `recorded_at - interval '1 microsecond'`,
  previous_hash: `encode(sha256(previous_hash::bytea), 'hex')`,
  hash: `encode(sha256(hash::bytea), 'hex')`,
}

function change(column: string, sequence: number, forged = forgeries[column]): Promise<void> {
  return asOwner(`update audit_line set ${column} = ${forged} where sequence = $1`, [sequence])
}

function remove(...sequences: number[]): Promise<void> {
  return asOwner('delete from audit_line where sequence = any ($1::bigint[])', [sequences])
}

async function swap(one: number, other: number): Promise<void> {
  await change('sequence', one, '1000')
  await change('sequence', other, String(one))
  await change('sequence', 1_000, String(other))
}

function moveHead({ sequence, hash }: Place): Promise<void> {
  return asOwner('update audit_chain set last_sequence = $1, last_hash = $2', [sequence, hash])
}

/** Puts a line that was never told at a place, with the hash that belongs there. */
async function forge(sequence: number, service = 'identity'): Promise<Place> {
  const told = lineOf('identity', auditFact({ action: 'DELETE /customers/:id' }))
  const forged = {
    ...{ ...told, service: service as 'identity', sequence },
    ...{ createdAt: '2026-11-21T10:15:30.12Z', recordedAt: '2026-11-21T10:15:31Z' },
    previousHash: placeOf(kept[sequence - 2]).hash,
  }
  const line = { ...forged, hash: hashOf(forged) }
  const columns = Object.entries(line).map(([name, value]) => [
    name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ])
  await asOwner(
    'insert into audit_line select * from jsonb_populate_record(null::audit_line, $1)',
    [Object.fromEntries(columns)],
  )
  return placeOf(line)
}

describe('whoever owns the database is found out', () => {
  test.each(Object.keys(forgeries))('to have changed the column %s of a line', async (column) => {
    for (const place of [1, 7, LINES]) {
      await change(column, place)
      const gone = place === LINES && column === 'service' ? 'truncated' : 'removed'
      const fault = column === 'service' || column === 'sequence' ? gone : 'changed'
      expect(await broken()).toMatchObject({ sequence: place, fault })
      await restore()
    }
  })

  test('to have changed any column that there is', async () => {
    const { rows } = await stack.admin.query<{ name: string }>(
      `select column_name as name from information_schema.columns
        where table_schema = 'reporting' and table_name = 'audit_line'`,
    )
    expect(rows.map(({ name }) => name).toSorted()).toEqual(Object.keys(forgeries).toSorted())
  })

  test.each(['role', 'reason', 'old_values', 'user_id'])('to have emptied %s', async (column) => {
    await change(column, 4, 'null')
    expect(await broken()).toMatchObject({ sequence: 4, fault: 'changed' })
  })

  test.each([
    ['the first line', 1, 'removed'],
    ['one in the middle', 6, 'removed'],
    ['the newest', LINES, 'truncated'],
  ])('to have removed %s', async (_, place, fault) => {
    await remove(place)
    expect(await broken()).toEqual({ sequence: place, id: null, fault })
  })

  test('to have removed all lines, or the chain that knows their end', async () => {
    await remove(...kept.map(({ sequence }) => sequence))
    expect(await broken()).toEqual({ sequence: 1, id: null, fault: 'truncated' })
    await restore()
    await asOwner('delete from audit_chain')
    expect(await broken()).toMatchObject({ sequence: 1, fault: 'inserted' })
  })

  test('to have closed the gap that a removed line left', async () => {
    await remove(5)
    for (const { sequence } of kept.slice(5)) await change('sequence', sequence, `${sequence - 1}`)
    await moveHead({ ...head, sequence: LINES - 1 })
    expect(await broken()).toMatchObject({ sequence: 5, fault: 'reordered' })
  })

  test('to have swapped two lines', async () => {
    await swap(3, 9)
    expect(await broken()).toMatchObject({ sequence: 3, id: kept[8]?.id, fault: 'reordered' })
  })

  test('to have added a line behind the end, or for a service that is none', async () => {
    await forge(LINES + 1)
    expect(await broken()).toMatchObject({ sequence: LINES + 1, fault: 'inserted' })
    await restore()
    await forge(1, 'nobody')
    const foreign = (await reports()).find(({ service }) => service === 'nobody')
    expect(foreign?.firstBroken).toMatchObject({ sequence: 1, fault: 'inserted' })
  })

  test('to have put a line with a fitting hash between two others', async () => {
    for (const { sequence } of kept.slice(4).toReversed()) {
      await change('sequence', sequence, `${sequence + 1}`)
    }
    await forge(5)
    await moveHead({ ...head, sequence: LINES + 1 })
    expect(await broken()).toMatchObject({ sequence: 6, fault: 'reordered' })
  })

  test('to have put a line with a fitting hash in the place of another', async () => {
    await remove(5)
    await forge(5)
    expect(await broken()).toMatchObject({ sequence: 6, fault: 'inserted' })
    await restore()
    await remove(LINES)
    await forge(LINES)
    expect(await broken()).toMatchObject({ sequence: LINES, fault: 'head_changed' })
  })

  test('to have given one place to two lines, or a line a place before the first', async () => {
    await stack.admin.query(`alter table audit_line
      drop constraint audit_line_service_sequence_key, drop constraint audit_line_sequence_check`)
    await forge(5)
    expect(await broken()).toMatchObject({ fault: 'inserted' })
    await restore()
    await forge(0)
    expect(await broken()).toMatchObject({ sequence: 0, fault: 'inserted' })
    await restore()
    await stack.admin.query(`alter table audit_line
      add constraint audit_line_service_sequence_key unique (service, sequence),
      add constraint audit_line_sequence_check check (sequence > 0)`)
  })

  test('whatever was changed, removed or swapped: the first of it is named', async () => {
    const place = fc.integer({ min: 1, max: LINES })
    const several = fc.uniqueArray(place, { minLength: 2, maxLength: LINES })
    const crime = fc.oneof(
      fc.record({ does: fc.constantFrom(...Object.keys(forgeries)), to: several }),
      fc.record({ does: fc.constantFrom('remove', 'swap'), to: several }),
    )
    await fc.assert(
      fc.asyncProperty(crime, async ({ does, to }) => {
        const touched = does === 'swap' ? to.slice(0, 2) : to
        const [one = 0, other = 0] = to
        if (does === 'swap') await swap(one, other)
        else if (does === 'remove') await remove(...to)
        else for (const sequence of to) await change(does, sequence)
        const found = await broken()
        await restore()
        expect(found?.sequence).toBe(Math.min(...touched))
      }),
      { numRuns: 40 },
    )
  })
})

describe('whoever rewrites lines and chain alike is contradicted by a head that was noted', () => {
  test('when the newest lines were cut off', async () => {
    await remove(LINES - 1, LINES)
    await moveHead(placeOf(kept[LINES - 3]))
    expect(await broken()).toBeNull()
    expect(await broken(head)).toEqual({ sequence: LINES, id: null, fault: 'place_lost' })
  })

  test('when a line was changed, and every hash from it on', async () => {
    await change('user_agent', 4, `'forged'`)
    let { hash } = beginning
    for (const line of await lines()) {
      const previousHash = hash
      hash = hashOf({ ...line, previousHash })
      await asOwner('update audit_line set hash = $2, previous_hash = $3 where id = $1', [
        ...[line.id, hash, previousHash],
      ])
    }
    await moveHead({ sequence: LINES, hash })
    expect(await broken()).toBeNull()
    expect(await broken(placeOf(kept[2]))).toBeNull()
    for (const line of kept.slice(3)) {
      expect(await broken(placeOf(line))).toMatchObject({
        ...{ sequence: line.sequence, fault: 'place_lost' },
      })
    }
  })

  test('when the line of that head was changed, and its hash was left', async () => {
    await change('user_agent', LINES, `'forged'`)
    expect(await broken(head)).toMatchObject({ sequence: LINES, fault: 'changed' })
  })
})
