import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { wage, type Report } from './campaign.ts'
import { summaryOf } from './summary.ts'

/** More kills than this are several campaigns, so that each can be replayed in minutes. */
const KILLS_PER_CAMPAIGN = 60
const SHOWN = 40

/**
 * `pnpm chaos --seed N --kills K`: kills what it finds of a stack of its own while clients work,
 * and then compares what they were told with what there is. Ends with 1 when they differ.
 */
async function chaos(): Promise<void> {
  const { seed, kills, keep } = ordered()
  let failed = false
  for (let left = kills, at = seed; left > 0; left -= KILLS_PER_CAMPAIGN, at += 1) {
    const isClean = await campaign({ seed: at, kills: Math.min(left, KILLS_PER_CAMPAIGN), keep })
    failed ||= !isClean
  }
  process.exitCode = failed ? 1 : 0
}

interface Wanted {
  seed: number
  kills: number
  /** Keeps the data of a campaign without violations too. */
  keep: boolean
}

async function campaign({ seed, kills, keep }: Wanted): Promise<boolean> {
  const dataDir = mkdtempSync(join(tmpdir(), 'forecourt-chaos-'))
  chmodSync(dataDir, 0o755)
  const begun = Date.now()
  const progress = (line: string) =>
    say(`${((Date.now() - begun) / 1_000).toFixed(0).padStart(4)} s  ${line}`)
  say(`Campaign ${seed}: ${kills} kills, data in ${dataDir}`)
  const report = await wage({ seed, kills, dataDir, progress })
  for (const line of summaryOf(report)) say(line)
  if (report.violations.length === 0) {
    if (!keep) rmSync(dataDir, { recursive: true, force: true })
    return true
  }
  tellViolations(report)
  say(`Data, journal and logs are kept in ${dataDir}; the same faults again:`)
  say(`  pnpm chaos --seed ${seed} --kills ${kills}`)
  return false
}

function tellViolations({ violations }: Report): void {
  say(`${violations.length} violations:`)
  for (const violation of violations.slice(0, SHOWN)) say(`  ${violation}`)
  if (violations.length > SHOWN) say(`  … and ${violations.length - SHOWN} more`)
}

function ordered(): Wanted {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      kills: { type: 'string', default: '30' },
      keep: { type: 'boolean', default: false },
    },
  })
  const [seed, kills] = [Number(values.seed), Number(values.kills)]
  if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(kills) || seed < 0 || kills < 1) {
    throw new Error('Say `pnpm chaos --seed 1 --kills 30`: a seed of 0 or more, a kill or more.')
  }
  return { seed, kills, keep: values.keep }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

try {
  await chaos()
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}
