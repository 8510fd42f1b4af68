import { randomUUID } from 'node:crypto'
import { ServiceCenterOpened } from '@forecourt/contracts/identity-events'
import { eventually } from '@forecourt/testing/eventually'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { Kafka, logLevel, type Admin } from 'kafkajs'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { stateOf } from './bicycle/bicycle.ts'
import { bicycles } from './bicycle/service.ts'

const MISSING = 'forecourt.identity.missing.v1'

let stack: Stack
let admin: Admin
beforeAll(async () => {
  stack = await openStack(bicycles)
  admin = new Kafka({ brokers: [inject('kafkaBrokers')], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
})
afterAll(async () => {
  await admin.disconnect()
  await stack.close()
})

async function emit(topic: string, version: number, key: string = randomUUID()): Promise<string> {
  const data = JSON.stringify(stateOf({ id: key, name: 'Hercules' }))
  await stack.admin.query(
    `insert into outbox (id, topic, key, type, subject, version, data)
     values (gen_random_uuid(), $1, $2, $3, $2, $4, $5)`,
    [topic, key, ServiceCenterOpened.type, version, data],
  )
  return key
}

function told(key: string): Promise<unknown> {
  return stack.topics.next('identity.service-center.opened.v1', (event) => event.key === key)
}

async function left(topic: string): Promise<number> {
  const { rowCount } = await stack.admin.query('select from outbox where topic = $1', [topic])
  return rowCount ?? 0
}

/** The topic as the broker knows it. */
function known(): string {
  return `${stack.env['KAFKA_PREFIX']}${MISSING}`
}

/** Enough for several batches of nothing else. */
async function emitBacklog(): Promise<void> {
  await stack.admin.query(
    `insert into outbox (id, topic, key, type, subject, version, data)
     select gen_random_uuid(), $1, key::text, $2, key::text, 1, '{}'
       from generate_series(1, 1200) as key`,
    [MISSING, ServiceCenterOpened.type],
  )
}

test('a topic that is missing holds what is meant for it, and nothing else, until it is there', async () => {
  const key = await emit(MISSING, 1)
  await emitBacklog()
  for (let version = 1; version <= 3; version += 1) {
    await told(await emit(ServiceCenterOpened.topic, version))
  }
  expect(await left(MISSING)).toBe(1_201)
  await emit(MISSING, 2, key)

  await stack.bus.createTopics([{ name: MISSING, partitions: 1, config: {} }])
  await eventually('an outbox without it', async () => (await left(MISSING)) === 0, 20_000)
  const [{ high } = { high: '' }] = await admin.fetchTopicOffsets(known())
  expect(Number(high)).toBeGreaterThanOrEqual(1_202)

  await admin.deleteTopics({ topics: [known()] })
  await eventually('a broker without it', async () => {
    return (await stack.bus.refused([MISSING])).length === 1
  })
  await emit(MISSING, 3, key)
  for (let version = 1; version <= 3; version += 1) {
    await told(await emit(ServiceCenterOpened.topic, version))
  }
  expect(await left(MISSING)).toBe(1)
}, 60_000)
