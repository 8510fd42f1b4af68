import { z } from 'zod'

/** Largest amount of one line or document: ten million crore, far inside what a double holds. */
const MAX_AMOUNT = 10_000_000_000

/**
 * Money in bodies and answers: a JSON number with at most two decimals. Inside the house it is
 * an integer of minor units (paise, fils).
 */
export const Amount = z
  .codec(
    z.number().min(0, 'Must not be negative').max(MAX_AMOUNT).refine(hasDecimals(2), {
      error: 'Must have at most 2 decimals',
    }),
    z.number().int(),
    { decode: (amount) => Math.round(amount * 100), encode: (minor) => minor / 100 },
  )
  .meta({ description: 'Money, with at most two decimals.' })

/** As `Amount`, of either sign: a change, a balance, a margin. */
export const SignedAmount = z.codec(z.number(), z.number().int(), {
  decode: (amount) => Math.round(amount * 100),
  encode: (minor) => minor / 100,
})

/**
 * A quantity in bodies and answers: a JSON number with at most three decimals, because oil is sold
 * in litres. Inside the house it is an integer of thousandths.
 */
export const Quantity = quantity(z.number().min(0, 'Must not be negative'))
export const SignedQuantity = quantity(z.number())

/** A tax rate in percent, with at most two decimals; inside the house basis points. */
export const TaxRate = z.codec(
  z
    .number()
    .min(0, 'Must not be negative')
    .max(100, 'Must be at most 100')
    .refine(hasDecimals(2), { error: 'Must have at most 2 decimals' }),
  z.number().int(),
  { decode: (percent) => Math.round(percent * 100), encode: (basisPoints) => basisPoints / 100 },
)

function quantity(number: z.ZodNumber) {
  return z.codec(
    number
      .min(-1_000_000_000)
      .max(1_000_000_000)
      .refine(hasDecimals(3), { error: 'Must have at most 3 decimals' }),
    z.number().int(),
    { decode: (count) => Math.round(count * 1_000), encode: (milli) => milli / 1_000 },
  )
}

/** A double such as 0.1 + 0.2 has seventeen decimals; 0.30 has two. */
function hasDecimals(most: number): (value: number) => boolean {
  return (value) => Number(value.toFixed(most)) === value
}
