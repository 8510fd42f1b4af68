import { AuditRecorded } from '@forecourt/contracts/audit'
import { checkOrder, endOf, kafkaOf, makeBareTopic, type Backlog } from '../bus/bench-topic.ts'
import { ask } from '../bus/tasks.ts'
import type { BenchRow } from '../row.ts'
import type { Prepared } from '../stage.ts'

const [COUNT, KEYS] = [100_000, 1_000]

export const outboxDrain: BenchRow = {
  name: 'outbox-drain',
  figures: {
    rate: {
      what: 'outbox with a backlog of 100 k events of 600 bytes, order per key checked',
      unit: 'events/s',
      reference: 'bare kafkajs producer in batches of 500',
      bar: { least: 0.6 },
    },
  },
  async open(stage) {
    const database = await stage.prepare('identity', 'drain')
    const drainer = await stage.serve('infra/bench/bus/drainer.ts', database.env)
    const kafka = kafkaOf(stage.engines.kafkaBrokers)
    const admin = kafka.admin()
    await admin.connect()
    const topic = stage.kafkaPrefix + AuditRecorded.identity.topic
    const bareTopic = await makeBareTopic(stage, 'bare-drain')
    let rounds = 0
    return {
      async ours() {
        const backlog = { round: `r${(rounds += 1)}`, count: COUNT, keys: KEYS }
        await fill(database, backlog)
        const before = await endOf(admin, topic)
        const seconds = await ask<number>(drainer.url, 'drain', backlog)
        const sent = (await endOf(admin, topic)) - before
        if (sent !== COUNT) throw new Error(`${sent} events were sent for ${COUNT}.`)
        await checkEmpty(database)
        await checkOrder(kafka, `${stage.kafkaPrefix}drain-check`, topic, backlog)
        return { rate: COUNT / seconds }
      },
      async reference() {
        const backlog = { round: 'bare', count: COUNT, keys: KEYS, topic: bareTopic }
        return { rate: COUNT / (await ask<number>(drainer.url, 'produce', backlog)) }
      },
      async close() {
        await admin.disconnect()
        await drainer.stop()
      },
    }
  },
}

/** Rows as the road would have written them, by turns of their nouns. */
async function fill({ admin }: Prepared, { round, count, keys }: Backlog): Promise<void> {
  const { topic, type } = AuditRecorded.identity
  await admin.query(
    `insert into outbox (id, topic, key, type, subject, version, data, headers)
     select gen_random_uuid(), $1, noun, $2, noun, at / $5 + 1,
            json_build_object('at', at, 'filling', lpad(at::text, 575, '0')),
            json_build_object('ce_correlationid', gen_random_uuid())
       from generate_series(0, $4::int - 1) as at, concat($3::text, '-', at % $5::int) as noun
      order by at`,
    [topic, type, round, count, keys],
  )
  await admin.query('vacuum analyze outbox')
}

async function checkEmpty({ admin }: Prepared): Promise<void> {
  const { rowCount } = await admin.query('select from outbox limit 1')
  if (rowCount) throw new Error('Something stayed in the outbox.')
}
