import { resolve } from 'node:path'
import { openPool } from '@forecourt/platform/database'
import { connectBus } from '@forecourt/platform/kafka'
import { openLog } from '@forecourt/platform/log'
import { rebuild } from '@forecourt/platform/rebuild'
import { services } from '../services.ts'
import { whereaboutsOf } from './running.ts'

/** Counts a projection of a running service anew: `pnpm rebuild reporting figures`. */
async function run([serviceName = '', name = '']: string[]): Promise<void> {
  const known = services.flatMap((service) =>
    (service.projections ?? []).map((projection) => ({ service: service.name, projection })),
  )
  const found = known.find((one) => one.service === serviceName && one.projection.name === name)
  if (!found) {
    const all = known.map(({ service, projection }) => `${service} ${projection.name}`)
    throw new Error(`Say which projection, one of: ${all.join(', ')}.`)
  }
  const dataDir = resolve(process.env['FORECOURT_DATA'] ?? '.forecourt')
  const { databaseUrl, kafkaBrokers, kafkaPrefix } = whereaboutsOf(serviceName, dataDir)
  const pool = openPool({ url: databaseUrl, max: 2 })
  const bus = connectBus({
    brokers: kafkaBrokers.split(','),
    prefix: kafkaPrefix,
    clientId: 'rebuild',
    log: openLog('rebuild', 'warn'),
  })
  const say = (line: string) => void process.stdout.write(`${line}\n`)
  try {
    await rebuild({ ...found, pool, bus, say })
  } finally {
    await Promise.all([pool.end(), bus.close()])
  }
}

await run(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})
