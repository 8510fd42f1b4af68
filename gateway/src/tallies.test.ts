import { expect, test } from 'vitest'
import { openTallies } from './tallies.ts'

const WINDOW_MS = 900_000

test('a burst of the whole budget passes, and nothing after it', () => {
  const tallies = openTallies(WINDOW_MS)
  const waits = Array.from({ length: 101 }, () => tallies.take('asha', 100, 5))
  expect(waits.slice(0, 100).every((wait) => wait === 0)).toBe(true)
  expect(waits[100]).toBe(WINDOW_MS / 100)
})

test('budgets that are no whole milliseconds are met exactly', () => {
  const tallies = openTallies(1_000)
  const passed = Array.from({ length: 50 }, () => tallies.take('asha', 7, 0.3))
  expect(passed.filter((wait) => wait === 0)).toHaveLength(7)
})

test('a refused request takes nothing, and what was taken refills evenly', () => {
  const tallies = openTallies(1_000)
  for (let taken = 0; taken < 10; taken++) tallies.take('asha', 10, 0)
  for (let refused = 0; refused < 500; refused++) tallies.take('asha', 10, 50)
  expect(tallies.take('asha', 10, 99)).toBeGreaterThan(0)
  expect(tallies.take('asha', 10, 100)).toBe(0)
  expect(tallies.take('asha', 10, 100)).toBeGreaterThan(0)
})

test('twice the budget never passes around the edge of a window', () => {
  const tallies = openTallies(1_000)
  const passed = [990, 1_010].flatMap((now) =>
    Array.from({ length: 100 }, () => tallies.take('asha', 10, now)).filter((wait) => wait === 0),
  )
  expect(passed).toHaveLength(10)
})

test('a request given back can be taken again', () => {
  const tallies = openTallies(WINDOW_MS)
  for (let taken = 0; taken < 100; taken++) tallies.take('asha', 100, 0)
  tallies.giveBack('asha', 100)
  expect(tallies.take('asha', 100, 0)).toBe(0)
  expect(tallies.take('asha', 100, 0)).toBeGreaterThan(0)
})

test('what others spent counts, and what was spent while asking them too', () => {
  const tallies = openTallies(1_000)
  tallies.take('asha', 10, 0)
  const [told] = tallies.untold(5)
  expect(told).toEqual({ key: 'asha', spentMs: 100 })
  tallies.take('asha', 10, 0)
  // The other gateways had spent 700 ms before.
  if (told) tallies.learn(told, 800, 0)
  expect(tallies.take('asha', 10, 0)).toBe(0)
  expect(tallies.take('asha', 10, 0)).toBeGreaterThan(0)
})

test('everybody is told of in their turn, even while one goes on asking', () => {
  const tallies = openTallies(1_000)
  for (const key of ['asha', 'ravi', 'meera']) tallies.take(key, 10, 0)
  const seen: string[] = []
  for (let round = 0; round < 3; round++) {
    const [told] = tallies.untold(1)
    seen.push(told?.key ?? '')
    tallies.take('asha', 10, 0)
    if (told) tallies.learn(told, told.spentMs, 0)
  }
  expect(seen).toEqual(['asha', 'ravi', 'meera'])
})

test('a caller who has everything again is forgotten, one whose requests are untold is not', () => {
  const tallies = openTallies(1_000)
  tallies.take('asha', 10, 0)
  tallies.sweep(5_000)
  const [told] = tallies.untold(5)
  expect(told?.key).toBe('asha')
  if (told) tallies.learn(told, 0, 5_000)
  tallies.sweep(6_000)
  tallies.giveBack('asha', 10)
  expect(tallies.untold(5)).toEqual([])
})
