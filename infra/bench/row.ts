import type { Stage } from './stage.ts'

/** One number that a row measures. */
export interface Figure {
  what: string
  /** Of ours and of the reference, such as `requests/s`, `ms` or `MB`. */
  unit: string
  /** What runs beside ours; without it the bar speaks of our own number. */
  reference?: string
  /** Bounds of the ratio ours ÷ reference, or of our own number. */
  bar?: Bar
}

export interface Bar {
  least?: number
  most?: number
}

/** Figure → number, as one round has measured it. */
export type Measured = Record<string, number>

/** What one row measures: one file in `rows/`, listed in `rows.ts`. */
export interface BenchRow {
  name: string
  figures: Record<string, Figure>
  /** Where the time goes, said where a bar is not reached. */
  cost?: string
  /** Throws `NotHere` when the machine lacks something. */
  open(stage: Stage): Promise<Contenders>
}

/** Both sides of a row, each ready to run its next round of a few seconds. */
export interface Contenders {
  ours(): Promise<Measured>
  reference?(): Promise<Measured>
  close(): Promise<void>
}

/** A row that cannot be measured on this machine, and why. */
export class NotHere extends Error {}
