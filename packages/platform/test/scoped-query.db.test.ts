import { nameOf } from '@forecourt/platform/connection'
import { openPool, statements } from '@forecourt/platform/database'
import { systemScope, type Scope } from '@forecourt/platform/scope'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { sql, type Sql } from 'kysely'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bicycles } from './bicycle/service.ts'

let stack: Stack
/** A pool of one connection, so that each statement meets what the one before has left. */
let pool: pg.Pool
beforeAll(async () => {
  stack = await openStack(bicycles)
  pool = openPool({ url: stack.env['DATABASE_URL'] ?? '', max: 1 })
})
afterAll(async () => {
  await pool?.end()
  await stack?.close()
})

async function ask(text: ReturnType<Sql>, scope: Scope = systemScope()): Promise<unknown[]> {
  return (await text.execute(statements(pool, scope, 'read only'))).rows
}

async function connection(): Promise<number> {
  const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid')
  return rows[0]?.pid ?? 0
}

test('a statement that fails leaves its connection whole, and itself to be asked again', async () => {
  const before = await connection()
  const divided = (by: number) => ask(sql`select 12 / ${by}::int as share`)
  await expect(divided(0)).rejects.toThrow('division by zero')
  expect(await divided(4)).toEqual([{ share: 3 }])
  await expect(divided(0)).rejects.toThrow('division by zero')
  expect(await divided(3)).toEqual([{ share: 4 }])
  await expect(ask(sql`select nonsense`)).rejects.toThrow('nonsense')
  expect(await connection()).toBe(before)
})

test('a scope that is refused spoils no statement that came with it', async () => {
  const sessionId = '0192f000-0000-7000-a000-0000000000aa'
  await stack.admin.query(
    `insert into ended_session (session_id, tokens_before, forget_at)
     values ($1, now(), now() + interval '1 hour')`,
    [sessionId],
  )
  const before = await connection()
  const issuedAt = new Date(Date.now() - 60_000).toISOString()
  const ended = { ...systemScope(), token: { sessionId, issuedAt } }
  const question = () => sql`select 'first asked under a refused scope' as text`
  await expect(ask(question(), ended)).rejects.toMatchObject({ reason: 'session_ended' })
  expect(await ask(question())).toEqual([{ text: 'first asked under a refused scope' }])
  expect(await connection()).toBe(before)
})

test('whoever only reads can write nothing', async () => {
  const insert = sql`insert into ended_session (session_id, tokens_before, forget_at)
    values (gen_random_uuid(), now(), now())`
  await expect(ask(insert)).rejects.toThrow('read-only')
  const { numAffectedRows } = await insert.execute(statements(pool, systemScope(), 'read write'))
  expect(numAffectedRows).toBe(1n)
})

test('nothing of a statement stays on the connection: neither its scope nor that it only read', async () => {
  const settings = sql<object>`select current_setting('scope.kind', true) as kind,
    current_setting('transaction_read_only') as only`
  expect(await ask(settings)).toEqual([{ kind: 'system', only: 'on' }])
  const { rows } = await pool.query(
    `select current_setting('scope.kind', true) as kind,
            current_setting('transaction_read_only') as only`,
  )
  expect(rows).toEqual([{ kind: '', only: 'off' }])
})

test('values go and come as they do with any statement', async () => {
  const asked = sql`select ${1}::int as whole, ${2 ** 53 - 1}::bigint as large,
    ${null}::text as none,
    ${['a', 'b,"c"']}::text[] as list, ${{ deep: [1] }}::jsonb as tree, ${true}::boolean as yes,
    ${'2026-11-21T08:00:00.123456Z'}::timestamptz as at, ${''}::text as empty`
  const answer = {
    whole: 1,
    large: 2 ** 53 - 1,
    none: null,
    list: ['a', 'b,"c"'],
    tree: { deep: [1] },
    yes: true,
    at: '2026-11-21T08:00:00.123456Z',
    empty: '',
  }
  expect(await ask(asked)).toEqual([answer])
  expect(await ask(asked)).toEqual([answer])
})

test('a number that JavaScript cannot hold is refused, and no other statement is', async () => {
  const large = (number: string) => ask(sql`select ${number}::bigint as number`)
  await expect(large('9007199254740993')).rejects.toThrow('safe integer')
  expect(await large('7')).toEqual([{ number: 7 }])
})

test('a statement that no name is left for is asked all the same', async () => {
  for (let number = 0; number < 1_000; number += 1) nameOf(`select ${number}`)
  expect(nameOf('select no name')).toBe('')
  for (const number of [1, 2]) {
    expect(await ask(sql`select ${number}::int as unnamed`)).toEqual([{ unnamed: number }])
  }
})
