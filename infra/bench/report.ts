import { readFile, writeFile } from 'node:fs/promises'
import type { Result } from './measure.ts'
import type { Bar, BenchRow, Figure } from './row.ts'

const docs = new URL('../../docs/', import.meta.url)

const introduction = `Absolute times on shared machines mean little, so every figure of speed is a
ratio to a reference that runs beside it: the two sides alternate in rounds of a few seconds, and
the table shows the median of the rounds' ratios, with the lowest and the highest. Whatever
generates load runs in a process of its own.

\`pnpm bench\` measures all rows, \`pnpm bench <row> …\` some of them, \`--rounds N\` in another
number of rounds than nine, at least five; \`--vehicles N\` searches among so many
vehicles instead of 200 000; \`--note 'text'\` keeps what readers should know of the
run; \`--profile\` writes CPU profiles instead.`

/** What became of a row: its figures, or why this machine cannot measure it. */
export type Outcome = { measuredOn: string; note?: string } & (
  | { figures: Record<string, Result> }
  | { notHere: string }
)

/** docs/benchmarks.json: the last outcome of every row, and the machine of the last run. */
interface Kept {
  machine: string
  rows: Record<string, Outcome>
}

/** Replaces the outcome of one row and writes the page anew; the other rows stay. */
export async function publish(
  rows: BenchRow[],
  machine: string,
  name: string,
  outcome: Outcome,
): Promise<void> {
  const file = new URL('benchmarks.json', docs)
  const text = await readFile(file, 'utf8').catch(() => '{"rows":{}}')
  const kept = JSON.parse(text) as Kept
  const now: Kept = { machine, rows: { ...kept.rows, [name]: outcome } }
  await writeFile(file, `${JSON.stringify(now, null, 2)}\n`)
  await writeFile(new URL('benchmarks.md', docs), pageOf(rows, now))
}

export function sayRow(row: BenchRow, outcome: Outcome): void {
  for (const line of linesOf(row, outcome)) process.stdout.write(`  ${line.join(' | ')}\n`)
}

function pageOf(rows: BenchRow[], { machine, rows: outcomes }: Kept): string {
  const lines = rows.flatMap((row) => {
    const outcome = outcomes[row.name]
    return outcome ? linesOf(row, outcome) : []
  })
  const table = [
    ['row', 'what', 'ours', 'reference', 'ratio', 'bar', 'reached', 'on'],
    Array.from({ length: 8 }, () => '---'),
    ...lines,
  ]
  return [
    '# Benchmarks',
    '',
    introduction,
    '',
    `Machine of the last run: ${machine}.`,
    '',
    ...table.map((cells) => `| ${cells.join(' | ')} |`),
    ...notesOf(rows, outcomes),
    ...costsOf(rows, outcomes),
    '',
  ].join('\n')
}

function linesOf(row: BenchRow, outcome: Outcome): string[][] {
  return Object.entries(row.figures).map(([name, figure]) => {
    const what = figure.reference ? `${figure.what} ÷ ${figure.reference}` : figure.what
    const bar = figure.bar ? shownBar(figure.bar) : ''
    if ('notHere' in outcome) {
      return [row.name, what, outcome.notHere, '', '', bar, 'not measured', outcome.measuredOn]
    }
    const result = outcome.figures[name]
    if (!result) return [row.name, what, '', '', '', bar, 'not measured', outcome.measuredOn]
    return [row.name, what, ...numbersOf(figure, result), bar, reached(figure, result)].concat(
      outcome.measuredOn,
    )
  })
}

function numbersOf({ unit }: Figure, { ours, reference, judged, low, high }: Result): string[] {
  const spread = `${shown(low)}–${shown(high)}`
  if (reference === null) return [`${shown(ours)} ${unit} (${spread})`, '', '']
  return [`${shown(ours)} ${unit}`, `${shown(reference)} ${unit}`, `${shown(judged)} (${spread})`]
}

function reached({ bar }: Figure, { judged }: Result): string {
  if (!bar) return ''
  return isReached(bar, judged) ? 'yes' : 'no'
}

function isReached({ least = -Infinity, most = Infinity }: Bar, judged: number): boolean {
  return judged >= least && judged <= most
}

function shownBar({ least, most }: Bar): string {
  return [least !== undefined && `≥ ${least}`, most !== undefined && `≤ ${most}`]
    .filter(Boolean)
    .join(', ')
}

/** Three digits are more than the spread allows. */
function shown(value: number): string {
  if (value >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString('en')
  return value.toFixed(value >= 10 ? 1 : 2)
}

function notesOf(rows: BenchRow[], outcomes: Record<string, Outcome>): string[] {
  const notes = rows.flatMap(({ name }) => {
    const note = outcomes[name]?.note
    return note ? [`- ${name}: ${note}`] : []
  })
  return notes.length > 0 ? ['', '## How it was measured', '', ...notes] : []
}

/** For bars that were not reached: where the time goes. */
function costsOf(rows: BenchRow[], outcomes: Record<string, Outcome>): string[] {
  const missed = rows.filter(({ name, figures, cost }) => {
    const outcome = outcomes[name]
    if (!cost || !outcome || 'notHere' in outcome) return false
    return Object.entries(figures).some(([key, { bar }]) => {
      const result = outcome.figures[key]
      return bar && result && !isReached(bar, result.judged)
    })
  })
  if (missed.length === 0) return []
  return ['', '## Bars not reached', '', ...missed.map(({ name, cost }) => `- ${name}: ${cost}`)]
}
