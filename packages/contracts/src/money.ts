import { z } from 'zod'

const minorUnits = {
  decode: (amount: number) => Math.round(amount * 100),
  encode: (minor: number) => minor / 100,
}
const thousandths = {
  decode: (count: number) => Math.round(count * 1_000),
  encode: (milli: number) => milli / 1_000,
}

/** Largest amount of one line or document in minor units: a thousand crore, far inside a double. */
export const MOST_MINOR = 1_000_000_000_000
/** Largest quantity of one line or place, in thousandths. */
export const MOST_MILLI = 1_000_000_000_000

/**
 * Money in answers: a JSON number with at most two decimals. Inside the house it is an integer of
 * minor units (paise, fils). It has no bounds, for sums may be larger than what they are of, and an
 * answer that its own schema refuses takes the whole list with it.
 */
export const Amount = z
  .codec(z.number(), z.number().refine(Number.isInteger), minorUnits)
  .meta({ description: 'Money, with at most two decimals.' })

/** Money in bodies: not negative, and within bounds. */
export const GivenAmount = z
  .codec(
    z
      .number()
      .min(0, 'Must not be negative')
      .max(MOST_MINOR / 100)
      .refine(hasDecimals(2), { error: 'Must have at most 2 decimals' }),
    z.number().int(),
    minorUnits,
  )
  .meta({ description: 'Money, with at most two decimals.' })

/**
 * A quantity in answers: a JSON number with at most three decimals, because oil is sold in litres.
 * Inside the house it is an integer of thousandths. It has no bounds, as an `Amount` has none.
 */
export const Quantity = z.codec(z.number(), z.number().refine(Number.isInteger), thousandths)

/** A quantity in bodies: not negative, and within bounds. */
export const GivenQuantity = givenQuantity(z.number().min(0, 'Must not be negative'))
/** As `GivenQuantity`, of either sign. */
export const GivenDifference = givenQuantity(z.number().min(-MOST_MILLI / 1_000))

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

function givenQuantity(number: z.ZodNumber) {
  return z.codec(
    number
      .max(MOST_MILLI / 1_000)
      .refine(hasDecimals(3), { error: 'Must have at most 3 decimals' }),
    z.number().int(),
    thousandths,
  )
}

/** A double such as 0.1 + 0.2 has seventeen decimals; 0.30 has two. */
function hasDecimals(most: number): (value: number) => boolean {
  return (value) => Number(value.toFixed(most)) === value
}
