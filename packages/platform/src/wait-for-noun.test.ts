import { expect, test } from 'vitest'
import { isYoung } from './wait-for-noun.ts'

const now = Date.parse('2026-11-21T10:00:00Z')

/** A UUIDv7 that was made so long ago. */
function idMade(msAgo: number): string {
  const hex = (now - msAgo).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7c1e-8a40-5b7d1f0e92c3`
}

test.each([
  [0, true],
  [9_000, true],
  [11_000, false],
  [-1_000, true],
  [-60_000, false],
])('an id that was made %i ms ago is waited for: %s', (msAgo, isWaitedFor) => {
  expect(isYoung(idMade(msAgo), now)).toBe(isWaitedFor)
})

test('nobody waits for an id that tells no time', () => {
  expect(isYoung('5e0c9c46-4f0b-4a57-9f63-0d2f6a1c7b11', now)).toBe(false)
})
