import type { BenchRow, Contenders, Measured } from './row.ts'
import type { Stage } from './stage.ts'

/** One figure over all rounds: medians, and how far its judged value went either way. */
export interface Result {
  ours: number
  reference: number | null
  /** The median of the rounds' ratios; our own number where there is no reference. */
  judged: number
  low: number
  high: number
  rounds: number
}

interface Round {
  ours: Measured
  reference: Measured | undefined
}

/**
 * Runs both sides of a row in turn, each round in the other order, so that whatever else the
 * machine does in these minutes meets both. The first round warms up and is not counted.
 */
export async function measure(
  row: BenchRow,
  stage: Stage,
  rounds: number,
): Promise<Record<string, Result>> {
  const contenders = await row.open(stage)
  try {
    await runRound(contenders, true)
    const done: Round[] = []
    for (let number = 0; number < rounds; number += 1) {
      done.push(await runRound(contenders, number % 2 === 0))
    }
    const names = Object.keys(row.figures)
    return Object.fromEntries(names.map((name) => [name, resultOf(name, done)]))
  } finally {
    await contenders.close()
  }
}

async function runRound(contenders: Contenders, isOursFirst: boolean): Promise<Round> {
  const early = isOursFirst ? await contenders.ours() : undefined
  const reference = await contenders.reference?.()
  return { ours: early ?? (await contenders.ours()), reference }
}

export function resultOf(figure: string, rounds: Round[]): Result {
  const ours = rounds.map((round) => valueOf(round.ours, figure))
  const hasReference = rounds.every(({ reference }) => reference?.[figure] !== undefined)
  const references = rounds.map(({ reference }) => reference?.[figure] ?? Number.NaN)
  const judged = hasReference ? ours.map((own, at) => own / (references[at] ?? Number.NaN)) : ours
  return {
    ours: median(ours),
    reference: hasReference ? median(references) : null,
    judged: median(judged),
    low: Math.min(...judged),
    high: Math.max(...judged),
    rounds: rounds.length,
  }
}

function valueOf(measured: Measured, figure: string): number {
  const value = measured[figure]
  if (value === undefined || !Number.isFinite(value)) throw new Error(`${figure} was not measured.`)
  return value
}

export function median(values: number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = sorted.length >> 1
  const [low = Number.NaN, high = Number.NaN] = [sorted[sorted.length - middle - 1], sorted[middle]]
  return (low + high) / 2
}
