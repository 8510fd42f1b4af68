import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import {
  Amount,
  GivenAmount,
  GivenDifference,
  GivenQuantity,
  MOST_MILLI,
  MOST_MINOR,
  Quantity,
  TaxRate,
} from './money.ts'

test('every whole number of minor units comes back from JSON as it went', () => {
  const codecs = [
    [Amount, MOST_MINOR],
    [GivenAmount, MOST_MINOR],
    [Quantity, MOST_MILLI],
    [GivenQuantity, MOST_MILLI],
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

test.each([0.001, 1.005, -0.01, 1e11, Number.NaN])(
  '%d is no amount of money that a body may give',
  (amount) => {
    expect(GivenAmount.safeParse(amount).success).toBe(false)
  },
)

test('oil is sold by the thousandth of a litre, and not finer', () => {
  expect(GivenQuantity.parse(3.125)).toBe(3_125)
  expect(GivenQuantity.safeParse(3.1255).success).toBe(false)
})

test('a difference goes as far down as up', () => {
  expect(GivenDifference.parse(-1e9)).toBe(-MOST_MILLI)
  for (const far of [1e9 + 1, -1e9 - 1]) {
    expect(GivenDifference.safeParse(far).success).toBe(false)
  }
})

test('an answer shows a sum that no body could give, and one below nothing', () => {
  for (const codec of [Amount, Quantity]) {
    for (const many of [MOST_MINOR * 1_000, -1, 1e21]) {
      expect(z.safeEncode(codec, many).success).toBe(true)
    }
    expect(z.safeEncode(codec, 0.5).success).toBe(false)
  }
})
