import type { World } from '../evidence/world.ts'

/** Something that must hold after every campaign, whatever was killed in it. */
export interface Invariant {
  promise: string
  /** One sentence for each breach. */
  broken(world: World): Iterable<string>
}

/** Values that stand in a list more than once. */
export function repeated<Value>(values: Iterable<Value>): Value[] {
  const seen = new Map<Value, number>()
  for (const value of values) seen.set(value, (seen.get(value) ?? 0) + 1)
  return [...seen].flatMap(([value, count]) => (count > 1 ? [value] : []))
}

/** What is in one list and not in the other, each way. */
export function* difference(
  [one, ones]: [string, Iterable<string>],
  [other, others]: [string, Iterable<string>],
): Generator<string> {
  const [left, right] = [new Set(ones), new Set(others)]
  for (const id of left.difference(right)) yield `${id} is in ${one} and not in ${other}`
  for (const id of right.difference(left)) yield `${id} is in ${other} and not in ${one}`
}

/** Where two lists, in which things may stand several times, differ. */
export function* unequal(
  one: string,
  ones: string[],
  other: string,
  others: string[],
): Generator<string> {
  const [left, right] = [ones, others].map((list) => Map.groupBy(list, (value) => value))
  for (const value of new Set([...ones, ...others])) {
    const [many, wanted] = [left?.get(value)?.length ?? 0, right?.get(value)?.length ?? 0]
    if (many !== wanted) yield `${value}: ${many} in ${one}, ${wanted} in ${other}`
  }
}

export function sumOf(numbers: number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}
