import { inTransaction, openPool } from '@forecourt/platform/database'
import { systemScope } from '@forecourt/platform/scope'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { bicycles } from './bicycle/service.ts'

let stack: Stack
beforeAll(async () => (stack = await openStack(bicycles)))
afterAll(() => stack?.close())

/** One connection for everybody, and a table whose rows are judged at the commit. */
async function openStrict() {
  await stack.admin.query(`
    create table if not exists identity.strict (
      id integer primary key deferrable initially deferred);
    grant select, insert on identity.strict to public`)
  const pool = openPool({ url: stack.env['DATABASE_URL'] ?? '', max: 1 })
  onTestFinished(() => pool.end())
  const insert = (...ids: number[]) =>
    inTransaction(pool, systemScope(), async (db) => {
      for (const id of ids) await sql`insert into strict (id) values (${id})`.execute(db)
      return ids.length
    })
  return { pool, insert }
}

test('a transaction that fails at its commit takes none along that stands behind it', async () => {
  const { insert } = await openStrict()
  const ends = await Promise.allSettled([insert(1), insert(2, 2), insert(3), insert(1), insert(4)])
  expect(ends.map(({ status }) => status)).toEqual([
    ...['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
  ])
  expect(ends.filter((end) => end.status === 'rejected').map((end) => end.reason.code)).toEqual([
    '23505',
    '23505',
  ])
  const { rows } = await stack.admin.query('select id from identity.strict order by id')
  expect(rows.map(({ id }) => id)).toEqual([1, 3, 4])
})

test('nobody is told of a commit before it is one', async () => {
  const { pool, insert } = await openStrict()
  for (let id = 10; id < 60; id += 1) {
    const [, seen] = await Promise.all([insert(id + 100), insert(id).then(() => countFrom(id))])
    expect(seen).toBe(1)
  }
  expect(pool.totalCount).toBe(1)
})

test('what leaves with the commit undoes the work when it fails, and is named as the cause', async () => {
  const { pool, insert } = await openStrict()
  const failing = inTransaction(pool, systemScope(), async (db, lastly) => {
    await sql`insert into strict (id) values (90)`.execute(db)
    lastly({ text: 'insert into strict (id) values ($1)', values: [91] })
    lastly({ text: 'insert into strict (id) values ($1)', values: ['none'] })
  })
  const behind = insert(92)
  await expect(failing).rejects.toMatchObject({ code: '22P02' })
  await behind
  expect(await Promise.all([90, 91, 92].map(countFrom))).toEqual([0, 0, 1])
  expect(pool.totalCount).toBe(1)
})

async function countFrom(id: number): Promise<number> {
  const { rowCount } = await stack.admin.query('select from identity.strict where id = $1', [id])
  return rowCount ?? 0
}
