import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, resolve } from 'node:path'

interface Step {
  name: string
  command: [string, ...string[]]
  /** What to do when it fails. */
  cure: string
}

const steps: Step[] = [
  {
    name: 'types',
    command: ['tsc', '--incremental'],
    cure: 'Repair the types above.',
  },
  {
    name: 'lint',
    command: ['oxlint', '--type-aware'],
    cure: 'Repair what is named; `pnpm exec oxlint --type-aware --fix` does the simple ones.',
  },
  {
    name: 'format',
    command: ['oxfmt', '--check'],
    cure: 'Run `pnpm format`.',
  },
  {
    name: 'dead-code',
    command: ['knip', '--no-progress', '--no-config-hints'],
    cure: 'Delete what nothing uses; knip.json lists where programs begin.',
  },
  {
    name: 'architecture',
    command: ['node', 'infra/check/architecture.ts'],
    cure: 'Do what stands behind "Instead"; STYLE.md shows each rule with an example.',
  },
  {
    name: 'contracts',
    command: ['node', 'infra/check/contracts.ts'],
    cure: 'Do as each line says; docs/releases holds what was promised.',
  },
  {
    name: 'derived-files',
    command: ['node', 'infra/derive/derive.ts', '--check'],
    cure: 'Run `pnpm derive` and commit docs/derived.',
  },
]
const longestStepMs = 300_000

const root = resolve(import.meta.dirname, '../..')
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name))
if (unknown.length > 0) {
  const names = steps.map((step) => `"${step.name}"`).join(', ')
  console.error(`There is no step "${unknown.join('", "')}". The steps are ${names}.`)
  process.exit(2)
}

const chosen = steps
  .filter((step) => wanted.length === 0 || wanted.includes(step.name))
  // Nothing is derived before the script that does it exists.
  .filter((step) => step.name !== 'derived-files' || existsSync(`${root}/infra/derive/derive.ts`))
const failed = chosen.filter((step) => !run(step))
if (failed.length > 0) {
  const names = failed.map((step) => `"${step.name}"`).join(', ')
  console.log(`\n${failed.length} of ${chosen.length} checks failed: ${names}.`)
  for (const step of failed) console.log(`  ${step.name}: ${step.cure}`)
  process.exitCode = 1
} else {
  console.log(`\nAll ${chosen.length} checks passed.`)
}

/** Runs one step; a good one takes one line, a bad one shows what its tool said. */
function run(step: Step): boolean {
  const started = performance.now()
  const [program, ...args] = step.command
  const tell = (outcome: string) => {
    const seconds = ((performance.now() - started) / 1_000).toFixed(1)
    console.log(`${step.name.padEnd(14)} ${outcome.padEnd(7)} ${seconds.padStart(6)} s`)
  }
  const result = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: pathWithTools(),
      ...(process.stdout.isTTY && { FORCE_COLOR: '1' }),
    },
    maxBuffer: 64 * 1_024 * 1_024,
    timeout: longestStepMs,
  })
  if (result.status === 0) {
    tell('ok')
    return true
  }
  tell('FAILED')
  console.log(`${result.stdout}${result.stderr}`.trim() || whySilent(result))
  return false
}

function whySilent({ error, signal }: ReturnType<typeof spawnSync>): string {
  if (error) return `It could not run to its end: ${error.message}.`
  return signal ? `It was ended by ${signal}.` : 'It failed and said nothing.'
}

function pathWithTools(): string {
  return [resolve(root, 'node_modules/.bin'), process.env['PATH'] ?? ''].join(delimiter)
}
