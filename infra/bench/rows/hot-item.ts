import { randomUUIDv7 } from 'node:crypto'
import { PartsRequested } from '@forecourt/contracts/parts-request-events'
import { recordOf } from '@forecourt/platform/cloud-event'
import type { Producer } from 'kafkajs'
import { kafkaOf } from '../bus/bench-topic.ts'
import { ask } from '../bus/tasks.ts'
import { pgbench, scriptOf, type Script } from '../pgbench.ts'
import { openRecording } from '../recording.ts'
import type { BenchRow } from '../row.ts'
import type { Prepared, Stage } from '../stage.ts'

const [COUNT, CONNECTIONS] = [1_000, 8]
const PROGRAM = 'infra/bench/bus/reserver.ts'
const CENTER = '0192f000-0000-7000-8000-000000000001'
const ITEM = '0192f000-0000-7000-8000-0000000000aa'

export const hotItem: BenchRow = {
  name: 'hot-item',
  figures: {
    rate: {
      what: 'reservations of one hot item, asked for by job cards over the bus, 8 at once',
      unit: 'reservations/s',
      reference: 'pgbench of the same SQL on the same row, 8 clients',
      bar: { least: 0.6 },
    },
    deadlocks: { what: 'deadlocks that Postgres found', unit: 'deadlocks', bar: { most: 0 } },
  },
  async open(stage) {
    const database = await stage.prepare('inventory', 'hot')
    const apart = await stage.prepare('inventory', 'hot_apart')
    await allowRepetitions(apart)
    const producer = kafkaOf(stage.engines.kafkaBrokers).producer()
    await producer.connect()
    const say = (count: number) => request(producer, stage, count)
    await stock(database)
    const script = await recordReservation(stage, database, say)
    const reserver = await stage.serve(PROGRAM, database.env)
    return {
      async ours() {
        await stock(database)
        await say(COUNT)
        const seconds = await ask<number>(reserver.url, 'reserve', { count: COUNT })
        await check(database)
        return { rate: COUNT / seconds, deadlocks: await deadlocksIn(database) }
      },
      async reference() {
        await stock(apart)
        return { rate: await pgbench(apart.url, script, stage.folder, CONNECTIONS) }
      },
      async close() {
        await producer.disconnect()
        await reserver.stop()
      },
    }
  },
}

/** More of the item than anybody asks for, and nothing set aside of it. */
async function stock({ admin }: Prepared): Promise<void> {
  await admin.query('truncate item, stock_level, reservation, timer, inbox, outbox cascade')
  await admin.query(
    `insert into item (id, item_code, name, category, unit_price_minor, cost_price_minor,
            tax_rate_bp)
     values ($1, 'BRK-1', 'Brake pad', 'spare_part', 118050, 70000, 1800)`,
    [ITEM],
  )
  await admin.query(
    `insert into stock_level (id, item_id, service_center_id, on_hand_milli, value_minor)
     values ($1, $1, $2, 1000000000, 1)`,
    [ITEM, CENTER],
  )
  await admin.query('vacuum analyze')
}

/** A script says the same version of the level every time; that costs as much as another one. */
async function allowRepetitions({ admin }: Prepared): Promise<void> {
  await admin.query(
    `alter table outbox drop constraint outbox_topic_subject_version_key;
     create index on outbox (topic, subject, version)`,
  )
}

/** So many job cards each need one piece, as the workshop would say it. */
async function request(producer: Producer, { kafkaPrefix }: Stage, count: number): Promise<void> {
  const { topic, type } = PartsRequested
  const messages = Array.from({ length: count }, (_, seq) => {
    const key = randomUUIDv7()
    const lines = [{ lineId: randomUUIDv7(), itemId: ITEM, quantity: 1 }]
    const { value, headers } = recordOf('workshop', {
      ...{ seq, id: randomUUIDv7(), topic, key, type, subject: key, version: 1, headers: {} },
      data: JSON.stringify({ ...cardFact(), partsRequestId: key, lines }),
      createdAt: new Date().toISOString(),
    })
    return { key, value, headers }
  })
  await producer.send({ topic: kafkaPrefix + topic, acks: -1, messages })
}

function cardFact() {
  return { jobCardId: randomUUIDv7(), serviceCenterId: CENTER }
}

/** What one reservation makes inventory send to Postgres. */
async function recordReservation(
  stage: Stage,
  { url, env }: Prepared,
  say: (count: number) => Promise<void>,
): Promise<Script> {
  const recording = await openRecording(url)
  const reserver = await stage.serve(PROGRAM, { ...env, DATABASE_URL: recording.url })
  const reserveOne = () =>
    recording.during(async () => {
      await say(1)
      await ask(reserver.url, 'reserve', { count: 1 })
    })
  try {
    return scriptOf(await reserveOne(), await reserveOne())
  } finally {
    await reserver.stop()
    recording.close()
  }
}

/** What is set aside is what the lines hold, and not more than there is. */
async function check({ admin }: Prepared): Promise<void> {
  const { rows } = await admin.query<{ reserved: number; held: number; free: number }>(
    `select reserved_milli::int as reserved, (on_hand_milli - reserved_milli)::int as free,
            (select sum(quantity_milli)::int from reservation_line
              where status = 'reserved') as held
       from stock_level`,
  )
  const [level] = rows
  if (level?.reserved !== COUNT * 1_000 || level.held !== level.reserved || level.free < 0) {
    throw new Error(`${COUNT} wishes set aside ${level?.reserved} and hold ${level?.held}.`)
  }
}

async function deadlocksIn({ admin }: Prepared): Promise<number> {
  const { rows } = await admin.query<{ deadlocks: number }>(
    'select deadlocks::int from pg_stat_database where datname = current_database()',
  )
  return rows[0]?.deadlocks ?? Number.NaN
}
