import type { openPool } from '@forecourt/platform/database'
import type { PersonalData } from '@forecourt/platform/personal'
import { services } from '../services.ts'

const CHUNK = 10_000

interface Crowd {
  vehicles: number
  seed: number
  /** Whether other services hear of it. */
  isTold: boolean
}

/** Fills customer-vehicle's database with a made-up crowd; answers how many vehicles were added. */
export async function crowdInto(
  over: { pool: ReturnType<typeof openPool>; personal: PersonalData },
  { vehicles, seed, isTold }: Crowd,
  say: (line: string) => void,
): Promise<number> {
  const fill = services.find(({ name }) => name === 'customer-vehicle')?.commands?.['crowd']
  if (!fill) throw new Error('Customer-vehicle has no such command.')
  let added = 0
  for (let from = 0; from < vehicles; from += CHUNK) {
    const to = Math.min(from + CHUNK, vehicles)
    const told = isTold ? 'yes' : 'no'
    const options = { from: String(from), to: String(to), seed: String(seed), told }
    added += Number(await fill({ ...over, options }))
    say(`${to} of ${vehicles} vehicles`)
  }
  return added
}
