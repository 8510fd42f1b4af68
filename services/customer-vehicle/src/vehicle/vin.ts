import { typedText } from '@forecourt/contracts/typed'
import { foldPlate } from './plate.ts'

/** Ciphers, and the letters without I, O and Q, which look like ciphers. */
const VIN = /^[A-HJ-NPR-Z0-9]{17}$/
const LETTERS = 'ABCDEFGH.JKLMN.P.R.STUVWXYZ'
const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
const CHECK_PLACE = 8

/** A VIN in a body; the handler gets it in capitals, without spaces and hyphens. */
export const Vin = typedText('VIN')
  .overwrite(foldPlate)
  .regex(VIN, 'VIN must have 17 letters and ciphers, without I, O and Q')
  .meta({ description: 'Vehicle identification number.', examples: ['1M8GDM9AXKP042788'] })

/**
 * What may be wrong with a VIN, or null. Only makers of North America have to set the check digit,
 * so that one that does not fit is no fault.
 */
export function vinWarning(vin: string | null): string | null {
  if (vin === null) return null
  const values = Array.from(vin, valueOf)
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * (values[at] ?? 0), 0)
  const digit = sum % 11 === 10 ? 'X' : String(sum % 11)
  return vin[CHECK_PLACE] === digit ? null : 'The check digit of the VIN does not fit'
}

/** Letters count from 1 to 9 again and again, as ISO 3779 has them; S begins at 2. */
function valueOf(character: string): number {
  if (/\d/.test(character)) return Number(character)
  return (LETTERS.indexOf(character) % 9) + 1
}
