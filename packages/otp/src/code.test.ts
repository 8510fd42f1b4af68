import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { digestOfCode, makeCode } from './code.ts'

const CODES = 200_000
/** 9 degrees of freedom: a fair generator is above this once in 20 000 runs. */
const CRITICAL = 40

test('every digit of a code is as likely as any other, in every position', () => {
  const counts = Array.from({ length: 6 }, () => Array.from({ length: 10 }, () => 0))
  for (let made = 0; made < CODES; made += 1) {
    const code = makeCode(6)
    if (!/^\d{6}$/.test(code)) throw new Error(`${code} is no code.`)
    for (const [position, digit] of [...code].entries()) {
      const row = counts[position]
      if (row) row[Number(digit)] = (row[Number(digit)] ?? 0) + 1
    }
  }
  for (const row of counts) {
    const expected = CODES / 10
    const chiSquare = row.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0)
    expect(chiSquare).toBeLessThan(CRITICAL)
    // A generator that never makes a leading zero, or a 9, fails here at once.
    expect(Math.min(...row)).toBeGreaterThan(0)
  }
})

const place = { id: 'a', purpose: 'registration', destinationIndex: 'phone-1' }

test('a digest is bound to its row, purpose, destination and key', () => {
  const secret = randomBytes(32)
  const digest = digestOfCode(secret, place, '012345')
  expect(digest).toHaveLength(32)
  expect(digestOfCode(secret, place, '012345')).toEqual(digest)
  const others = [
    digestOfCode(secret, { ...place, id: 'b' }, '012345'),
    digestOfCode(secret, { ...place, purpose: 'login' }, '012345'),
    digestOfCode(secret, { ...place, destinationIndex: 'phone-2' }, '012345'),
    digestOfCode(randomBytes(32), place, '012345'),
    digestOfCode(secret, place, '012346'),
  ]
  for (const other of others) expect(other).not.toEqual(digest)
})

test('who has the digest but not the key finds no code', () => {
  const digest = digestOfCode(randomBytes(32), place, makeCode(6))
  const guessed = randomBytes(32)
  let hits = 0
  for (let code = 0; code < 100_000; code += 1) {
    const guess = digestOfCode(guessed, place, String(code).padStart(6, '0'))
    if (guess.equals(digest)) hits += 1
  }
  expect(hits).toBe(0)
})
