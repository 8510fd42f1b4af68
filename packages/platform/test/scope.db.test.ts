import { inTransaction, statements } from '@forecourt/platform/database'
import { migrate, roleName } from '@forecourt/platform/migrate'
import { publicScope, systemScope, type Scope } from '@forecourt/platform/scope'
import { asha, gita, kiran, meera, mumbai, pune } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { sql, type Kysely } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { Tables } from './bicycle/db.ts'
import { bicycles } from './bicycle/service.ts'

let stack: Stack
let mine: string
let service: pg.Client
beforeAll(async () => {
  stack = await openStack(bicycles)
  const bought = await stack.call('POST /bicycles', { as: asha, body: { name: 'Pune' } })
  mine = bought.data.id
  await stack.call('POST /bicycles', { as: meera, body: { name: 'Mumbai' } })
  service = new pg.Client({ connectionString: stack.env['DATABASE_URL'] })
  await service.connect()
})
afterAll(async () => {
  await service?.end()
  await stack?.close()
})

async function seen(scope: Scope): Promise<string[]> {
  const db = statements<Tables>(stack.pool, scope, 'read only')
  const rows = await db.selectFrom('bicycle').select('name').orderBy('name').execute()
  return rows.map(({ name }) => name)
}

const nobody = { kind: 'public', centers: null, userId: null, subject: null, token: null } as const

test('each kind of scope sees its own rows', async () => {
  expect(await seen({ ...nobody, kind: 'all' })).toEqual(['Mumbai', 'Pune'])
  expect(await seen(systemScope())).toEqual(['Mumbai', 'Pune'])
  expect(await seen(systemScope(pune))).toEqual(['Pune'])
  expect(await seen({ ...nobody, kind: 'centers', centers: [pune] })).toEqual(['Pune'])
  expect(await seen({ ...nobody, kind: 'centers', centers: [pune, mumbai] })).toHaveLength(2)
  expect(await seen({ ...nobody, kind: 'centers', centers: [] })).toEqual([])
  expect(await seen({ ...nobody, kind: 'own', userId: asha.userId })).toEqual(['Pune'])
  expect(await seen({ ...nobody, kind: 'own', userId: gita.userId })).toEqual([])
  expect(await seen(publicScope(mine))).toEqual([])
})

test('a scope of an unknown kind, or none, sees nothing', async () => {
  expect(await seen({ ...nobody, kind: 'everything' as 'all' })).toEqual([])
  expect((await service.query('select * from bicycle')).rows).toEqual([])
})

test('a connection forgets the scope of its last request', async () => {
  const single = new pg.Pool({ connectionString: stack.env['DATABASE_URL'], max: 1 })
  const everything = { ...nobody, kind: 'all' } as const
  await inTransaction<Tables, void>(single, everything, async (db) => {
    expect(await db.selectFrom('bicycle').selectAll().execute()).toHaveLength(2)
  })
  expect((await single.query('select * from bicycle')).rows).toEqual([])
  const failing = inTransaction<Tables, void>(single, everything, async (db) => {
    await sql`select 1 / 0`.execute(db)
  })
  await expect(failing).rejects.toThrow('division by zero')
  expect((await single.query('select * from bicycle')).rows).toEqual([])
  await statements<Tables>(single, everything, 'read only').selectFrom('bicycle').execute()
  const { rows } = await single.query(`select current_setting('scope.kind', true) as kind`)
  expect(rows[0].kind || null).toBeNull()
  await single.end()
})

test('a foreign row is not found, whatever is done to it', async () => {
  const ask = (signature: 'GET' | 'PUT', path: string, body?: object) =>
    stack.call(`${signature} ${path}` as 'GET /x', { as: meera, ...(body && { body }) })
  const answers = [
    await ask('GET', `/bicycles/${mine}`),
    await ask('PUT', `/bicycles/${mine}`, { name: 'Stolen' }),
    await ask('PUT', `/bicycles/${mine}/moves`, { move: 'scrap' }),
  ]
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404])
  expect((await stack.call(`GET /bicycles/${mine}`, { as: kiran })).data).toMatchObject({
    ...{ name: 'Pune', status: 'new', version: 1 },
  })
})

test('nobody writes a row into a scope that is not their own', async () => {
  const write = (scope: Scope, work: (db: Kysely<Tables>) => Promise<unknown>) =>
    inTransaction<Tables, unknown>(stack.pool, scope, work)
  const inPune = { ...nobody, kind: 'centers', centers: [pune] } as const
  const moving = write(inPune, (db) =>
    db.updateTable('bicycle').set({ serviceCenterId: mumbai }).where('id', '=', mine).execute(),
  )
  await expect(moving).rejects.toThrow('row-level security')
  const planting = write(inPune, (db) =>
    sql`insert into bicycle (id, service_center_id, name)
      values (gen_random_uuid(), ${mumbai}, 'planted')`.execute(db),
  )
  await expect(planting).rejects.toThrow('row-level security')
})

test('an anonymous person leaves a row and sees it by its id, and no other', async () => {
  const left = await stack.call('POST /found-bicycles', { body: { name: 'Found' } })
  expect(left.status).toBe(201)
  const see = (id: string) => stack.call(`GET /found-bicycles/${id}`)
  expect((await see(left.data.id)).data).toEqual({ id: left.data.id, name: 'Found' })
  expect((await see(mine)).status).toBe(404)
})

test.each([
  'alter table bicycle disable row level security',
  'alter table bicycle no force row level security',
  'drop policy scope on bicycle',
  'create policy mine on bicycle using (true)',
  'alter role current_user bypassrls',
  'create role thief',
  'set role postgres',
  'set session authorization postgres',
  'create table loot (id int)',
  'create table public.loot (id int)',
  'drop table outbox',
  'truncate bicycle',
  'select * from other_service.secret',
  'insert into migration (name) values (1)',
  `create function scope_kind_2() returns text language sql as 'select 1'`,
])('the role of a service cannot %s', async (statement) => {
  await stack.admin.query(
    `create schema if not exists other_service;
     create table if not exists other_service.secret (id int)`,
  )
  await expect(service.query(statement)).rejects.toMatchObject({
    code: expect.stringMatching(/^(42501|42704)$/),
  })
})

test('the role of a service has no power over row security', async () => {
  const { rows } = await stack.admin.query(
    'select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = $1',
    [roleName('identity')],
  )
  expect(rows).toEqual([
    { rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false },
  ])
  const owned = await stack.admin.query(
    `select count(*)::int as count from pg_class where relowner = $1::regrole`,
    [roleName('identity')],
  )
  expect(owned.rows[0].count).toBe(0)
})

test('one service may be migrated in several databases at once', async () => {
  const names = Array.from({ length: 4 }, (_, at) => `migrated_${process.pid}_${at}`)
  const urls = names.map((name) => {
    const url = new URL(inject('databaseUrl'))
    url.pathname = `/${name}`
    return url.href
  })
  const owner = new pg.Client({ connectionString: inject('databaseUrl') })
  await owner.connect()
  for (const name of names) await owner.query(`create database ${name}`)
  const migrating = urls.map((adminUrl) =>
    migrate({ adminUrl, service: 'reporting', folders: [], password: 'test' }),
  )
  const run = await Promise.allSettled(migrating)
  for (const name of names) await owner.query(`drop database ${name} with (force)`)
  await owner.end()
  expect(run.filter(({ status }) => status === 'rejected')).toEqual([])
})
