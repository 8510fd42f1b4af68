import fc from 'fast-check'
import { expect, test } from 'vitest'
import { coveredLines, receive, reserve, unitCostMinor, withdraw } from './stock-level.ts'

const nothing = { onHandMilli: 0, reservedMilli: 0, valueMinor: 0 }

test('stock that came in at two prices costs their average', () => {
  const first = receive(nothing, 4_000, 10_000).level
  const both = receive(first, 1_000, 20_000).level
  expect(both).toMatchObject({ onHandMilli: 5_000, valueMinor: 60_000 })
  expect(unitCostMinor(both)).toBe(12_000)
})

test('whatever comes and goes, the last of it takes the last paisa of its value', () => {
  const quantity = fc.integer({ min: 1, max: 50_000 })
  const cost = fc.integer({ min: 0, max: 5_000_00 })
  const step = fc.oneof(
    fc.record({ kind: fc.constant('in' as const), quantity, cost }),
    fc.record({ kind: fc.constant('out' as const), quantity, cost }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let level = nothing
      let booked = 0
      for (const { kind, quantity: wanted, cost: unitCost } of steps) {
        if (kind === 'in') {
          const came = receive(level, wanted, unitCost)
          booked += came.valueMinor
          level = came.level
        } else {
          const taken = withdraw(level, Math.min(wanted, level.onHandMilli))
          booked -= taken.valueMinor
          level = taken.level
        }
        expect(level.valueMinor).toBe(booked)
        expect(level.valueMinor).toBeGreaterThanOrEqual(0)
        expect(level.onHandMilli > 0 || level.valueMinor === 0).toBe(true)
      }
      const rest = withdraw(level, level.onHandMilli)
      expect(rest.level).toMatchObject({ onHandMilli: 0, valueMinor: 0 })
    }),
  )
})

test('a line is covered whole or not at all, and a smaller one after it may be', () => {
  const level = reserve(receive(nothing, 10_000, 0).level, 2_000)
  const lines = [{ quantityMilli: 5_000 }, { quantityMilli: 4_000 }, { quantityMilli: 3_000 }]
  expect(coveredLines(level, lines)).toEqual([lines[0], lines[2]])
})
