import { authorization, mainOf, recordTwice } from '../asking.ts'
import { fillCenters } from '../centers.ts'
import { load } from '../load.ts'
import type { BenchRow } from '../row.ts'

export const oneRowRead: BenchRow = {
  name: 'one-row-read',
  figures: {
    rate: {
      what: 'authenticated GET of one row on a service',
      unit: 'requests/s',
      reference: 'bare Fastify with begin, the same scope and select, and commit, pipelined',
      bar: { least: 0.6 },
    },
  },
  async open(stage) {
    const database = await stage.prepare('identity')
    const [id] = await fillCenters(database, 100)
    const asked = { url: `/admin/service-centers/${id}`, headers: { authorization } }
    const [statements] = await recordTwice(stage, 'identity', database, asked)
    const ours = await stage.serve(mainOf('identity'), database.env)
    const bare = await stage.serve(
      'infra/bench/reference/bare-read.ts',
      { DATABASE_URL: database.url, STATEMENTS: JSON.stringify(statements) },
      '/livez',
    )
    const rateAt = async (url: string) => ({ rate: await load({ ...asked, url }, stage.folder) })
    return {
      ours: () => rateAt(ours.url + asked.url),
      reference: () => rateAt(`${bare.url}/row`),
      async close() {
        await Promise.all([ours.stop(), bare.stop()])
      },
    }
  },
}
