import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { ServiceCenterOpened } from '@forecourt/contracts/identity-events'
import { channelOf } from '@forecourt/platform/relay-call'
import { caller } from '@forecourt/testing/caller'
import { eventually } from '@forecourt/testing/eventually'
import { asha } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { stateOf } from './bicycle/bicycle.ts'
import { bicycles } from './bicycle/service.ts'

let stack: Stack
beforeAll(async () => (stack = await openStack(bicycles)))
afterAll(() => stack?.close())

interface Row {
  key: string
  version: number
  name?: string
}

const INSERT = `insert into outbox (id, topic, key, type, subject, version, data)
  select gen_random_uuid(), $1, key, $2, key, version, data
    from unnest($3::text[], $4::int[], $5::text[]) as rows (key, version, data)`

/** Rows as the road would have written them, in one transaction. */
async function emit(rows: Row[], client: pg.Pool | pg.Client = stack.admin): Promise<void> {
  const data = rows.map(({ key, name = 'x' }) => JSON.stringify(stateOf({ id: key, name })))
  const { topic, type } = ServiceCenterOpened
  const versions = rows.map(({ version }) => version)
  await client.query(INSERT, [topic, type, rows.map(({ key }) => key), versions, data])
}

function versionsOf(key: string): number[] {
  const { type } = ServiceCenterOpened
  return stack.topics.seen
    .filter((event) => event.key === key && `forecourt.${event.type}` === type)
    .map(({ headers }) => Number(headers['ce_sequence']))
}

function told(key: string, versions: number[]): Promise<boolean> {
  const what = `${versions.join(', ')} of ${key}`
  return eventually(what, () => versionsOf(key).join() === versions.join())
}

async function leader(): Promise<number> {
  const found = await eventually('a leading relay', async () => {
    const { rows } = await stack.admin.query<{ pid: number }>(
      `select pid from pg_locks where locktype = 'advisory' and classid = 4207 and granted
         and database = (select oid from pg_database where datname = current_database())`,
    )
    return rows[0]
  })
  return found.pid
}

/** A connection of its own, as the owner of the tables. */
async function owner(): Promise<pg.Client> {
  const url = new URL(inject('databaseUrl'))
  url.pathname = new URL(stack.env['DATABASE_URL'] ?? '').pathname
  const client = new pg.Client({ connectionString: url.href, options: '-c search_path=identity' })
  await client.connect()
  return client
}

test('5 000 rows of 50 nouns leave in the order of each noun, none missing', async () => {
  const keys = Array.from({ length: 50 }, () => randomUUID())
  const rows = Array.from({ length: 100 }, (_, at) =>
    keys.map((key) => ({ key, version: at + 1 })),
  ).flat()
  await emit(rows)
  const expected = Array.from({ length: 100 }, (_, at) => at + 1)
  // A broker that is slow with a young partition is asked again for the whole request.
  for (const key of keys) expect(await toldAtLeastOnce(key, expected)).toBe(true)
  await emptied()
})

function emptied(): Promise<boolean> {
  return eventually('an empty outbox', async () => {
    const { rowCount } = await stack.admin.query('select from outbox')
    return rowCount === 0
  })
}

test('events of 8 MB in all leave in requests that the broker takes, none of them twice', async () => {
  const [large, ...small] = Array.from({ length: 10 }, () => randomUUID())
  const versions = Array.from({ length: 200 }, (_, at) => at + 1)
  await limitTopic('1000000')
  await emit([
    ...small.map((key) => ({ key, version: 1 })),
    ...versions.map((version) => ({ key: large ?? '', version, name: 'x'.repeat(40_000) })),
  ])
  expect(await told(large ?? '', versions)).toBe(true)
  for (const key of small) expect(versionsOf(key)).toEqual([1])
})

test('an event that commits late, with an early number, is published all the same', async () => {
  const [late, early] = [randomUUID(), randomUUID()]
  const slow = await owner()
  await slow.query('begin')
  await emit([{ key: late, version: 1 }], slow)
  await emit([{ key: early, version: 1 }])
  await told(early, [1])
  expect(versionsOf(late)).toEqual([])
  await slow.query('commit')
  await slow.end()
  await told(late, [1])
})

test('a relay that dies between broker and table repeats itself and loses nothing', async () => {
  const key = randomUUID()
  await emptied()
  const holder = await owner()
  onTestFinished(() => holder.end())
  // A relay that has sent its rows waits for this lock before it may forget them.
  await holder.query(`
    create function wait_for_lock() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock(4299); return null; end $$;
    create trigger wait_for_lock before delete on outbox
      for each statement execute function wait_for_lock();
    select pg_advisory_lock(4299)`)
  await emit([{ key, version: 1 }])
  await told(key, [1])
  const first = await leader()
  await holder.query('select pg_terminate_backend($1)', [first])
  await holder.query(`
    drop trigger wait_for_lock on outbox;
    select pg_advisory_unlock(4299)`)
  await told(key, [1, 1])
  await emit([{ key, version: 2 }])
  await told(key, [1, 1, 2])
  const ids = stack.topics.seen.filter((e) => e.key === key).map((e) => e.headers['ce_id'])
  expect(new Set(ids).size).toBe(2)
  expect(await leader()).not.toBe(first)
})

test('of two processes one leads, and the other takes over', async () => {
  const other = await stack.openAnother()
  const first = await leader()
  const key = randomUUID()
  for (let version = 1; version <= 40; version += 1) await emit([{ key, version }])
  await told(
    key,
    Array.from({ length: 40 }, (_, at) => at + 1),
  )

  await stack.admin.query('select pg_terminate_backend($1)', [first])
  await emit([{ key, version: 41 }])
  await eventually('the next version', () => versionsOf(key).includes(41))
  expect(await leader()).not.toBe(first)
  await other.close()
  await emit([{ key, version: 42 }])
  await eventually('the last version', () => versionsOf(key).includes(42))
})

test('an event that no broker takes parks its noun alone, also what is said of it later', async () => {
  const [bad, good] = [randomUUID(), randomUUID()]
  await limitTopic('2000')
  await emit([
    { key: bad, version: 1 },
    { key: good, version: 1 },
    { key: bad, version: 2, name: 'x'.repeat(3_000) },
    { key: bad, version: 3 },
    { key: good, version: 2 },
  ])
  await toldAtLeastOnce(good, [1, 2])
  await emit([
    { key: bad, version: 4 },
    { key: good, version: 3 },
  ])
  await toldAtLeastOnce(good, [1, 2, 3])
  await toldAtLeastOnce(bad, [1])
  const { rows } = await stack.admin.query(
    'select version, park_reason from outbox where parked_at is not null',
  )
  expect(rows).toEqual([{ version: 2, park_reason: expect.stringMatching(/larger|large/) }])

  await limitTopic('1000000')
  await eventually('a broker that takes it after all', async () => {
    await stack.admin.query('update outbox set parked_at = null, park_reason = null')
    return versionsOf(bad).includes(2)
  })
  await toldAtLeastOnce(bad, [1, 2, 3, 4])
})

/** In this order, though what stood in a request beside a refused event may be sent again. */
function toldAtLeastOnce(key: string, versions: number[]): Promise<boolean> {
  const what = `${versions.join(', ')} of ${key}`
  return eventually(what, () => [...new Set(versionsOf(key))].join() === versions.join())
}

async function limitTopic(bytes: string): Promise<void> {
  const kafka = new Kafka({ brokers: [inject('kafkaBrokers')], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  const name = `${stack.env['KAFKA_PREFIX']}${ServiceCenterOpened.topic}`
  const configEntries = [{ name: 'max.message.bytes', value: bytes }]
  const resource = { type: ConfigResourceTypes.TOPIC, name, configEntries }
  await admin.alterConfigs({ validateOnly: false, resources: [resource] })
  // The controller has it now; a broker that is behind would still go by the old limit.
  await eventually(`a limit of ${bytes} at the broker`, async () => {
    const { type } = resource
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type, name, configNames: ['max.message.bytes'] }],
    })
    return resources[0]?.configEntries[0]?.configValue === bytes
  })
  await admin.disconnect()
}

describe('a process without a relay', () => {
  test('calls the one that has it, so that an event does not wait for the next look', async () => {
    const line = await owner()
    onTestFinished(() => line.end())
    const call = once(line, 'notification')
    await line.query(`listen ${channelOf('identity')}`)
    const { open } = await import('@forecourt/platform/run')
    const api = await open(bicycles, { ...stack.env, ROLE: 'api' })
    onTestFinished(() => api.close())
    const name = `called ${randomUUID()}`
    await caller(api.url)('POST /bicycles', { as: asha, body: { name } })
    expect(await call).toMatchObject([{ channel: channelOf('identity') }])
    const { data } = await stack.topics.next(
      'identity.service-center.opened.v1',
      (told) => told.data?.['name'] === name,
    )
    expect(data).toMatchObject({ name })
  })
})
