import { roadOver } from '@forecourt/platform/over'
import type { Table } from '@forecourt/platform/table'
import { z } from 'zod'
import type { BicycleRow } from './bicycle.ts'

const Ride = z.object({ bicycle: z.uuid(), sequence: z.number().int(), brand: z.string() })
const Rider = z.object({ id: z.uuid(), city: z.string(), version: z.number().int() })
const Ring = z.object({ subject: z.uuid(), process: z.number().int().nullable() })

export interface Tables {
  bicycle: Table<typeof BicycleRow>
  ride: Table<typeof Ride>
  rider: Table<typeof Rider>
  ring: Table<typeof Ring>
}

/** What a test does to the service from outside, in the same process. */
export interface Wrench {
  /** Brands whose events the consumer refuses. */
  refused: Set<string>
  /** Waits inside handlers, by name; a test opens the gate. */
  gates: Map<string, Promise<void>>
  /** How often something was run, by name. */
  runs: Map<string, number>
  /** Deadlines that fail, by subject. */
  failingTimers: Set<string>
}

export interface Means {
  wrench: Wrench
  /** Which opening of the service this is: 1, 2, … */
  process: number
}

export const wrench: Wrench = {
  refused: new Set(),
  gates: new Map(),
  runs: new Map(),
  failingTimers: new Set(),
}

/** Counts one run, and answers how many there were with it. */
export function countRun(name: string): number {
  const runs = (wrench.runs.get(name) ?? 0) + 1
  wrench.runs.set(name, runs)
  return runs
}

export const { endpoint, consumer, on, replica, timer, job } = roadOver<Tables, Means>()
