import { sleep } from './pause.ts'

const YOUNG_MS = 10_000
const PATIENCE_MS = 2_000
const CLOCKS_DIFFER_MS = 2_000
const LOOK_EVERY_MS = 50

/**
 * Another service's noun, whose event may still be on its way: whoever makes a vehicle and at once
 * asks for work on it must succeed. Only a young id is waited for, for two seconds at most. Call
 * it where nothing is held: in an endpoint's `before`.
 */
export async function waitForNoun<Row>(
  id: string,
  look: () => Promise<Row | undefined>,
): Promise<Row | undefined> {
  const end = Date.now() + PATIENCE_MS
  for (;;) {
    const row = await look()
    if (row !== undefined || !isYoung(id) || Date.now() > end) return row
    await sleep(LOOK_EVERY_MS)
  }
}

/** A UUIDv7 begins with the millisecond of its making; nobody's clock is far ahead of ours. */
export function isYoung(id: string, nowMs = Date.now()): boolean {
  const madeAt = id[14] === '7' ? Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16) : 0
  const ageMs = nowMs - madeAt
  return ageMs < YOUNG_MS && ageMs > -CLOCKS_DIFFER_MS
}
