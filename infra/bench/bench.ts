import { parseArgs } from 'node:util'
import { measure } from './measure.ts'
import { describeMachine } from './machine.ts'
import { publish, sayRow, type Outcome } from './report.ts'
import { NotHere, type BenchRow } from './row.ts'
import { rows } from './rows.ts'
import { openStage, type Stage } from './stage.ts'

const FEWEST_ROUNDS = 5
const ROUNDS = 9
const VEHICLES = 200_000

/**
 * `pnpm bench [row …] [--rounds N] [--vehicles N] [--note text]`: measures these rows, or all, and
 * writes docs/benchmarks.md. Searches are measured over so many vehicles.
 * With `--profile` it writes CPU profiles of what is measured instead, which then is slower.
 */
async function bench(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: String(ROUNDS) },
      vehicles: { type: 'string', default: String(VEHICLES) },
      note: { type: 'string' },
      profile: { type: 'boolean', default: false },
    },
  })
  const rounds = Number(values.rounds)
  if (!(rounds >= FEWEST_ROUNDS)) throw new Error(`--rounds must be ${FEWEST_ROUNDS} or more.`)
  const wanted = rowsOf(positionals)
  const stage = await openStage(values.profile, Number(values.vehicles))
  const stop = () => void stage.close().finally(() => process.exit(130))
  process.on('SIGINT', stop).on('SIGTERM', stop)
  try {
    const machine = await describeMachine(stage)
    for (const row of wanted) {
      process.stdout.write(`${row.name}\n`)
      const outcome = await outcomeOf(row, stage, rounds)
      if (values.note) outcome.note = values.note
      sayRow(row, outcome)
      if (!values.profile) await publish(rows, machine, row.name, outcome)
    }
  } finally {
    await stage.close()
  }
}

function rowsOf(names: string[]): BenchRow[] {
  if (names.length === 0) return rows
  return names.map((name) => {
    const row = rows.find((one) => one.name === name)
    if (row) return row
    throw new Error(`No row is called ${name}: ${rows.map((one) => one.name).join(', ')}.`)
  })
}

async function outcomeOf(row: BenchRow, stage: Stage, rounds: number): Promise<Outcome> {
  const measuredOn = new Date().toISOString().slice(0, 10)
  try {
    return { measuredOn, figures: await measure(row, stage, rounds) }
  } catch (error) {
    if (!(error instanceof NotHere)) throw error
    return { measuredOn, notHere: error.message }
  }
}

await bench()
