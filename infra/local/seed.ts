import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openPool } from '@forecourt/platform/database'
import { personalData } from '@forecourt/platform/personal'
import { crowdInto } from './crowd.ts'
import { whereaboutsOf } from './running.ts'

/**
 * Fills the system that runs here, or the database of the environment, with made-up customers and
 * their vehicles: `pnpm seed [--vehicles 200000] [--seed 1]`. The same seed makes the same crowd;
 * what is there already stays.
 */
async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      vehicles: { type: 'string', default: '200000' },
      seed: { type: 'string', default: '1' },
      // Other services need not know of vehicles that are only searched.
      untold: { type: 'boolean', default: false },
    },
  })
  const [vehicles, seed] = [
    wholeNumber('vehicles', values.vehicles),
    wholeNumber('seed', values.seed),
  ]
  const dataDir = resolve(process.env['FORECOURT_DATA'] ?? '.forecourt')
  const { databaseUrl, personalKeys, blindIndexKey } = whereaboutsOf('customer-vehicle', dataDir)
  const pool = openPool({ url: databaseUrl, max: 2 })
  const personal = personalData(personalKeys, blindIndexKey)
  const begun = performance.now()
  try {
    const added = await crowdInto(
      { pool, personal },
      { vehicles, seed, isTold: !values.untold },
      say,
    )
    say(`${added} vehicles were added in ${Math.round((performance.now() - begun) / 1_000)} s.`)
  } finally {
    await pool.end()
  }
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new Error(`--${name} must be a whole number, not "${text}".`)
  }
  return number
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

await run().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})
