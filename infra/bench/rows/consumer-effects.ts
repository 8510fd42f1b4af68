import { randomUUIDv7 } from 'node:crypto'
import { ServiceCenterOpened } from '@forecourt/contracts/identity-events'
import { recordOf } from '@forecourt/platform/cloud-event'
import { roleName } from '@forecourt/platform/migrate'
import { kafkaOf } from '../bus/bench-topic.ts'
import { ask } from '../bus/tasks.ts'
import { pgbench } from '../pgbench.ts'
import type { BenchRow } from '../row.ts'
import type { Prepared } from '../stage.ts'

const [COUNT, KEYS, BATCH, CONNECTIONS] = [12_000, 600, 500, 8]

const script = {
  text: `begin;
insert into inbox (consumer, event_id) values ('bench', uuidv7()) on conflict do nothing;
insert into effect (id, name, version) values (uuidv7(), 'Forecourt Pune', 1);
commit;
`,
  variables: {},
}

export const consumerEffects: BenchRow = {
  name: 'consumer-effects',
  figures: {
    rate: {
      what: 'events taken, each with its inbox row and one insert in a transaction',
      unit: 'events/s',
      reference: 'pgbench of the same inserts over 8 connections',
      bar: { least: 0.5 },
    },
  },
  cost:
    'one process on one core decodes, validates and drives three round trips per event, about ' +
    '0.2 ms of it, a third of that in writes to sockets; pgbench leaves both cores to Postgres.',
  async open(stage) {
    const database = await stage.prepare('reporting', 'effects')
    await database.admin.query(
      `create table effect (id uuid primary key, name text not null, version integer not null,
         at timestamptz not null default now());
       grant select, insert on effect to ${roleName('reporting')}`,
    )
    const taker = await stage.serve('infra/bench/bus/taker.ts', database.env)
    const producer = kafkaOf(stage.engines.kafkaBrokers).producer()
    await producer.connect()
    return {
      async ours() {
        await database.admin.query('truncate effect, inbox')
        await say(producer, stage.kafkaPrefix + ServiceCenterOpened.topic)
        const seconds = await ask<number>(taker.url, 'take', { count: COUNT })
        await check(database)
        return { rate: COUNT / seconds }
      },
      async reference() {
        await database.admin.query('truncate effect, inbox')
        return { rate: await pgbench(database.url, script, stage.folder, CONNECTIONS) }
      },
      async close() {
        await producer.disconnect()
        await taker.stop()
      },
    }
  },
}

/** Events of many nouns by turns, as their owner would have sent them. */
async function say(
  producer: ReturnType<ReturnType<typeof kafkaOf>['producer']>,
  topic: string,
): Promise<void> {
  const nouns = Array.from({ length: KEYS }, () => randomUUIDv7())
  const { type } = ServiceCenterOpened
  const messages = Array.from({ length: COUNT }, (_, at) => {
    const key = nouns[at % KEYS] ?? ''
    const version = Math.floor(at / KEYS) + 1
    const createdAt = new Date().toISOString()
    const data = JSON.stringify({
      ...{ serviceCenterId: key, code: 'PUN', name: 'Forecourt Pune', isActive: true },
      ...{ isHeadOffice: false, pinPrefixes: ['411'], state: 'Maharashtra', gstin: null },
      timeZone: 'Asia/Kolkata',
    })
    const row = { seq: at, id: randomUUIDv7(), topic, key, type, subject: key, version, data }
    const { value, headers } = recordOf('identity', { ...row, headers: {}, createdAt })
    return { key, value, headers }
  })
  for (let at = 0; at < COUNT; at += BATCH) {
    await producer.send({ topic, acks: -1, messages: messages.slice(at, at + BATCH) })
  }
}

/** Every event had its effect once: as many rows as events, and as many inbox rows. */
async function check({ admin }: Prepared): Promise<void> {
  const { rows } = await admin.query<{ effects: number; taken: number }>(
    `select (select count(*)::int from effect) as effects,
            (select count(*)::int from inbox) as taken`,
  )
  const [found] = rows
  if (found?.effects !== COUNT || found.taken !== COUNT) {
    throw new Error(`${COUNT} events had ${found?.effects} effects.`)
  }
}
