import type { House } from './house.ts'
import { roomOf } from './rooms.ts'
import type { Source } from './source.ts'

export interface Finding {
  file: string
  line: number
  found: string
}

/** One line of the law: what it says, what to do instead, and how a breach is found. */
export interface Rule {
  name: string
  law: string
  instead: string
  find(house: House): Iterable<Finding>
}

/** A breach that we decided to live with. It is itself a breach once nothing needs it. */
export interface Exception {
  rule: string
  file: string
  /** A part of what is found there. */
  found: string
  reason: string
}

/** Looks for uses that match `what` in the files of some rooms, or in all files. */
export function* usesIn(house: House, what: RegExp, roomNames?: string[]): Generator<Finding> {
  for (const source of house.sources) {
    if (roomNames && !roomNames.includes(roomOf(source.path)?.name ?? '')) continue
    for (const use of source.uses) {
      if (what.test(use.what)) yield { file: source.path, line: use.line, found: use.what }
    }
  }
}

export function isTest(source: Source): boolean {
  return source.path.endsWith('.test.ts')
}
