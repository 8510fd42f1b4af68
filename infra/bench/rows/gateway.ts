import { authorization, mainOf } from '../asking.ts'
import { fillCenters } from '../centers.ts'
import { doorsTo } from '../doors.ts'
import { load } from '../load.ts'
import { startNginx } from '../nginx.ts'
import type { BenchRow } from '../row.ts'
import type { Stage } from '../stage.ts'

const API = '/api/v1'

export const gateway: BenchRow = {
  name: 'gateway',
  figures: {
    service: {
      what: 'one-row GET through the gateway, with its JWT check, limits and access log',
      unit: 'requests/s',
      reference: 'nginx proxying the same service, without a log',
      bar: { least: 0.7 },
    },
    bare: {
      what: 'the same before a server that only answers',
      unit: 'requests/s',
      reference: 'nginx proxying the same server, without a log',
    },
  },
  cost:
    'a request takes about 90 µs of the gateway: a third its two writes to sockets, ' +
    'a tenth its access line, a tenth the collection of garbage.',
  async open(stage) {
    const database = await stage.prepare('identity', 'gateway')
    const [id] = await fillCenters(database, 100)
    const path = `/admin/service-centers/${id}`
    const service = await stage.serve(mainOf('identity'), database.env)
    const bare = await stage.serve('infra/bench/reference/upstream.ts', {})
    const doors = {
      service: await openDoors(stage, service.url),
      bare: await openDoors(stage, bare.url),
    }
    const rateAt = (url: string) => load({ url, headers: { authorization } }, stage.folder)
    return {
      ours: async () => ({
        service: await rateAt(doors.service.gateway.url + API + path),
        bare: await rateAt(doors.bare.gateway.url + API + path),
      }),
      reference: async () => ({
        service: await rateAt(doors.service.nginx.url + path),
        bare: await rateAt(doors.bare.nginx.url + path),
      }),
      async close() {
        const opened = [doors.service, doors.bare].flatMap((both) => [both.gateway, both.nginx])
        await Promise.all([service, bare, ...opened].map((program) => program.stop()))
      },
    }
  },
}

/** Both doors before one upstream. */
async function openDoors(stage: Stage, upstream: string) {
  const nginx = await startNginx(stage, upstream)
  const gateway = await stage.serve(
    'gateway/src/main.ts',
    {
      ...stage.env,
      ...doorsTo(upstream),
      RATE_LIMIT_USER_MAX_REQUESTS: '1000000000',
    },
    '/livez',
  )
  return { nginx, gateway }
}
