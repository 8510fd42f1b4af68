import { typedText } from '@forecourt/contracts/typed'
import { z } from 'zod'

/** A registration mark that was understood. */
export interface ParsedPlate {
  /** As printed, without spaces: `MH1AB1`. */
  plate: string
  /** What uniqueness is judged by: RTO padded to two digits, number to four: `MH01AB0001`. */
  key: string
  kind: 'standard' | 'bharat' | 'special'
  /** State and RTO, `MH12`; null where the mark names no RTO. */
  prefix: string | null
}

const states = [
  'AN|AP|AR|AS|BR|CG|CH|DD|DL|DN|GA|GJ|HP|HR|JH|JK|KA|KL|LA|LD|MH|ML|MN|MP|MZ|NL|OD|OR|PB|PY|RJ',
  'SK|TG|TN|TR|TS|UA|UK|UP|WB',
].join('|')
const STANDARD = new RegExp(`^(${states})(\\d{1,2})([A-HJ-NP-Z]{0,3})(\\d{1,4})$`)
const BHARAT = /^(\d{2})BH(\d{4})([A-HJ-NP-Z]{1,2})$/
const SPECIAL = [
  // Armed forces: an arrow, year and class of vehicle, number, check letter.
  /^[↑^]?\d{2}[A-Z]\d{5,6}[A-Z]$/,
  // Diplomats, consulates, United Nations.
  /^\d{1,3}(CD|CC|UN)\d{1,4}$/,
  // Vintage vehicles.
  new RegExp(`^(${states})VA[A-HJ-NP-Z]{2}\\d{4}$`),
  // Temporary: month and year of issue, state, number.
  new RegExp(`^T(0[1-9]|1[0-2])\\d{2}(${states})\\d{4}[A-HJ-NP-Z]{1,2}$`),
]
const MESSAGE = 'Vehicle number must look like MH12AB1234'

/** A vehicle number in anybody's body; the handler gets the parsed mark. */
export const Plate = plateSchema(parsePlate)

/** A vehicle number in a body of staff, who may enter special marks too. */
export const StaffPlate = plateSchema((typed) => parsePlate(typed) ?? parseSpecialPlate(typed))

/**
 * The mark in `typed`, whose case, spaces, dots and hyphens do not matter, or null. Any RTO number
 * is accepted, because states open new ones.
 */
export function parsePlate(typed: string): ParsedPlate | null {
  const plate = foldPlate(typed)
  if (BHARAT.test(plate)) return { plate, key: plate, kind: 'bharat', prefix: null }
  const [, state = '', rto = '', series = '', number = ''] = STANDARD.exec(plate) ?? []
  // Where nothing matched, the number is empty, which counts as 0 too.
  if (Number(number) === 0) return null
  const prefix = `${state}${rto.padStart(2, '0')}`
  return { plate, key: `${prefix}${series}${number.padStart(4, '0')}`, kind: 'standard', prefix }
}

/**
 * A mark outside the civil series, which staff see on the vehicle: armed forces, diplomatic,
 * vintage, temporary.
 */
export function parseSpecialPlate(typed: string): ParsedPlate | null {
  const plate = foldPlate(typed)
  if (!SPECIAL.some((pattern) => pattern.test(plate))) return null
  return { plate, key: plate.replace(/^[↑^]/, ''), kind: 'special', prefix: null }
}

/** A mark or the beginning of one, as it is kept: in capitals, without spaces, dots and hyphens. */
export function foldPlate(typed: string): string {
  return typed
    .normalize('NFKC')
    .replaceAll(/[\s.\p{Pd}\p{Cf}]/gu, '')
    .replaceAll(/[a-z]/g, (letter) => letter.toUpperCase())
}

function plateSchema(parse: (typed: string) => ParsedPlate | null) {
  return typedText('Vehicle number')
    .transform((typed, context) => {
      const parsed = parse(typed)
      if (parsed !== null) return parsed
      const message = typed.trim() === '' ? 'Vehicle number is required' : MESSAGE
      context.issues.push({ code: 'custom', input: typed, message })
      return z.NEVER
    })
    .meta({ description: 'Registration mark as typed.', examples: ['MH12AB1234', '22BH1234AA'] })
}
