import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Amount, Quantity, TaxRate } from './money.ts'

test('every whole number of minor units comes back from JSON as it went', () => {
  const codecs = [
    [Amount, 1_000_000_000_000],
    [Quantity, 1_000_000_000_000],
    [TaxRate, 10_000],
  ] as const
  for (const [codec, max] of codecs) {
    fc.assert(
      fc.property(fc.integer({ min: 0, max }), (minor) => {
        const text = JSON.stringify(z.encode(codec, minor))
        expect(z.decode(codec, JSON.parse(text) as number)).toBe(minor)
      }),
    )
  }
})

test.each([0.001, 1.005, -0.01, 1e11, Number.NaN])('%d is no amount of money', (amount) => {
  expect(Amount.safeParse(amount).success).toBe(false)
})

test('oil is sold by the thousandth of a litre, and not finer', () => {
  expect(Quantity.parse(3.125)).toBe(3_125)
  expect(Quantity.safeParse(3.1255).success).toBe(false)
})
