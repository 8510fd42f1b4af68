import { createHash } from 'node:crypto'

/** Chance that repeats: the same seed, asked the same questions, gives the same answers. */
export interface Chance {
  /** In [0, 1). */
  share(): number
  /** A whole number, both bounds included. */
  between(least: number, most: number): number
  happens(probability: number): boolean
  pick<Item>(from: readonly Item[]): Item
  /** A chance of its own: whoever asks it moves no other. */
  fork(name: string | number): Chance
}

export function chanceOf(seed: string): Chance {
  let asked = 0
  function share(): number {
    asked += 1
    return createHash('sha256').update(`${seed}\n${asked}`).digest().readUIntBE(0, 6) / 2 ** 48
  }
  const between = (least: number, most: number) => least + Math.floor(share() * (most - least + 1))
  return {
    share,
    between,
    happens: (probability) => share() < probability,
    pick<Item>(from: readonly Item[]): Item {
      if (from.length === 0) throw new Error('There is nothing to pick from.')
      return from[between(0, from.length - 1)] as Item
    },
    fork: (name) => chanceOf(`${seed}/${name}`),
  }
}
