import { authorization, mainOf, recordTwice } from '../asking.ts'
import { fillCenters } from '../centers.ts'
import { load } from '../load.ts'
import { pgbench, scriptOf } from '../pgbench.ts'
import type { BenchRow } from '../row.ts'

const FRAME = /^(begin|commit|select set_config)\b/

export const listOfTwenty: BenchRow = {
  name: 'list-of-twenty',
  figures: {
    rate: {
      what: 'list of 20 with total',
      unit: 'requests/s',
      reference: 'pgbench of the same SQL, one statement after the other',
      bar: { least: 0.3 },
    },
    statements: {
      what: 'its statements, scope and transaction not counted',
      unit: 'statements',
      bar: { most: 2 },
    },
  },
  async open(stage) {
    const database = await stage.prepare('identity', 'list')
    await fillCenters(database, 200)
    const asked = { url: '/admin/service-centers?limit=20', headers: { authorization } }
    const recorded = await recordTwice(stage, 'identity', database, asked)
    const statements = recorded[0].filter(({ text }) => !FRAME.test(text)).length
    const script = scriptOf(...recorded)
    const served = await stage.serve(mainOf('identity'), database.env)
    const request = { ...asked, url: served.url + asked.url }
    return {
      ours: async () => ({ statements, rate: await load(request, stage.folder) }),
      reference: async () => ({ rate: await pgbench(database.url, script, stage.folder) }),
      async close() {
        await served.stop()
      },
    }
  },
}
