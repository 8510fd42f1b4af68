import { authorization, mainOf, recordTwice } from '../asking.ts'
import { load } from '../load.ts'
import { pgbench, scriptOf } from '../pgbench.ts'
import type { BenchRow } from '../row.ts'

const asked = {
  url: '/reference/vehicle-brands',
  method: 'POST' as const,
  headers: {
    authorization,
    'content-type': 'application/json',
    'idempotency-key': 'bench-write-{n}',
  },
  body: '{"name":"b{n}"}',
}

export const write: BenchRow = {
  name: 'write',
  figures: {
    rate: {
      what: 'write with audit, outbox and idempotency, events leaving for Kafka meanwhile',
      unit: 'requests/s',
      reference: 'pgbench of the same SQL, one statement after the other, 16 clients',
      bar: { least: 0.45 },
    },
  },
  cost:
    'of the service, 30 % of the busy time are writes to sockets (a request makes five round ' +
    'trips to Postgres), 13 % the collection of garbage, 5 % its own sending of events to Kafka.',
  async open(stage) {
    const database = await stage.prepare('customer-vehicle')
    // Nobody empties the outbox that pgbench fills, so it fills one of its own.
    const apart = await stage.prepare('customer-vehicle', 'apart')
    const script = scriptOf(...(await recordTwice(stage, 'customer-vehicle', database, asked)))
    const served = await stage.serve(mainOf('customer-vehicle'), database.env)
    const request = { ...asked, url: served.url + asked.url }
    return {
      ours: async () => ({ rate: await load(request, stage.folder) }),
      async reference() {
        const rate = await pgbench(apart.url, script, stage.folder)
        await apart.admin.query('truncate outbox')
        return { rate }
      },
      async close() {
        await served.stop()
      },
    }
  },
}
