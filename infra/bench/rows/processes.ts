import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { serviceNames } from '@forecourt/contracts/service-name'
import { mainOf } from '../asking.ts'
import { doorsTo } from '../doors.ts'
import type { Env } from '../program.ts'
import type { BenchRow, Figure, Measured } from '../row.ts'
import type { Stage } from '../stage.ts'

const run = promisify(execFile)
const IDLE_MS = 2_000

/** Of every process: from spawned to ready, idle memory, and from SIGTERM to its end. */
export const processes: BenchRow = {
  name: 'processes',
  figures: Object.fromEntries([...serviceNames, 'gateway'].flatMap(figuresOf)),
  cost:
    'of every process about 45 MB are Node itself and 55 MB the libraries that all load; ' +
    "customer-vehicle adds its lists of places, notification Twilio's client.",
  async open(stage) {
    const lives = [gatewayOf(stage)]
    for (const name of serviceNames) {
      const { env } = await stage.prepare(name)
      lives.push({ name, entry: mainOf(name), env: { ...env, ...providers }, probe: '/readyz' })
    }
    return {
      async ours() {
        const measured: Measured = {}
        for (const one of lives) Object.assign(measured, await live(stage, one))
        return measured
      },
      close: async () => undefined,
    }
  },
}

interface Life {
  name: string
  entry: string
  env: Env
  probe: string
}

/** The gateway by itself; when its services are ready is for them to say. */
function gatewayOf({ env }: Stage): Life {
  const urls = doorsTo('http://127.0.0.1:9')
  const entry = 'gateway/src/main.ts'
  return { name: 'gateway', entry, env: { ...env, ...urls }, probe: '/livez' }
}

function figuresOf(name: string): [string, Figure][] {
  return [
    [`${name} ready`, { what: `${name}: start to ready`, unit: 'ms', bar: { most: 1_000 } }],
    [`${name} memory`, { what: `${name}: idle memory`, unit: 'MB', bar: { most: 120 } }],
    [`${name} end`, { what: `${name}: SIGTERM to its end`, unit: 'ms', bar: { most: 10_000 } }],
  ]
}

async function live(stage: Stage, { name, entry, env, probe }: Life): Promise<Measured> {
  const served = await stage.serve(entry, env, probe)
  await sleep(IDLE_MS)
  const memory = await residentMb(served.pid)
  const ended = await served.stop()
  return {
    [`${name} ready`]: served.readyMs,
    [`${name} memory`]: memory,
    [`${name} end`]: ended,
  }
}

async function residentMb(pid: number): Promise<number> {
  const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)])
  return Number(stdout) / 1_024
}

/** For notification: providers that nobody reaches while nothing is sent. */
const providers = {
  TWILIO_ACCOUNT_SID: 'AC00000000000000000000000000000000',
  TWILIO_AUTH_TOKEN: 'bench',
  TWILIO_BASE_URL: 'http://127.0.0.1:9',
  TWILIO_PHONE_NUMBER: '+15005550006',
  EMAIL_HOST: '127.0.0.1',
  EMAIL_PORT: '9',
  EMAIL_FROM: 'Forecourt <no-reply@forecourt.test>',
  NOTIFICATION_PUBLIC_URL: 'http://127.0.0.1:9/api/v1',
}
