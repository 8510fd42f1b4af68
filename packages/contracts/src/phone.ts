import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/min'
import numbering from 'libphonenumber-js/min/metadata'
import { z } from 'zod'
import { typedText } from './typed.ts'

const E164_PATTERN = /^\+[1-9]\d{7,14}$/
const MASK = '******'
const JOINED_MAX = 20
/** Numbers of the UAE: an Indian one has more digits after its 0, and no mobile begins with 5. */
const DIALLED_IN_UAE = /^(?:(?:971|0)[2-4679]\d{7}|(?:971|0)?5\d{8})$/

/** The zeros of Arabic, Persian and the Indian scripts; nine digits follow each in Unicode. */
const zeros = Array.from('٠۰०০੦૦୦௦౦೦൦', (zero) => zero.codePointAt(0) ?? 0)

/** A phone in its normal form, as answers and tables carry it: `+919876543210`. */
export const E164 = z
  .string()
  .regex(E164_PATTERN)
  .meta({ examples: ['+919876543210'] })

/**
 * A phone in a body, as people type it; the handler gets E.164. Without a country it is read as
 * Indian, unless it can only be one of the UAE.
 */
export const Phone = phoneBy((typed) => normalizePhone(typed))

/** A phone that somebody names to get in by; the handler gets every E.164 form that it may mean. */
export const PhoneOfAccount = phoneBy((typed) => {
  const phones = phonesOfAccount(typed)
  return phones.length > 0 ? phones : null
})

/** A country code in a body: `+91`. */
export const CountryCallingCode = z
  .string('Country code is required')
  .trim()
  .min(1, { error: 'Country code is required', abort: true })
  .regex(/^\+[1-9]\d{0,3}$/, 'Country code must look like +91')

function phoneBy<Read>(read: (typed: string) => Read | null) {
  return typedText('Phone number')
    .transform((typed, context) => {
      const phone = read(typed)
      if (phone !== null) return phone
      context.issues.push({ code: 'custom', input: typed, message: phoneProblem(typed) })
      return z.NEVER
    })
    .meta({ description: 'As typed, with or without country code.', examples: ['98765 43210'] })
}

/** What a person is told whose phone has no normal form. */
function phoneProblem(typed: string): string {
  return typed.trim() === ''
    ? 'Phone number is required'
    : 'Phone number must have 8 to 15 digits, country code included'
}

/**
 * The E.164 form of a typed phone, or null when it has other than 8 to 15 digits or anything but
 * digits. `country` is a calling code (`+91`) or an ISO code (`IN`) for phones typed without one;
 * left out, they are Indian, or of the UAE where no Indian number is dialled so. No numbering plan
 * is enforced: a made-up number stays a phone.
 */
export function normalizePhone(typed: string, country?: string): string | null {
  const dialled = foldPhone(typed)
  if (dialled === null) return null
  if (country === undefined && DIALLED_IN_UAE.test(dialled)) {
    return `+971${dialled.replace(/^(?:971|0)/, '')}`
  }
  const phone = settle(dialled.startsWith('+') ? dialled : withCountry(dialled, country ?? 'IN'))
  return E164_PATTERN.test(phone) ? phone : null
}

/**
 * The phone-only registration's form: 10 to 20 digits as typed beside a country code, at most 20
 * characters together. What E.164 cannot hold is joined as it stands, so that the same digits
 * always meet the same account.
 */
export function joinPhone(typed: string, countryCode: string): string | null {
  const dialled = foldPhone(typed)
  if (dialled === null || !/^\+?\d{10,20}$/.test(dialled)) return null
  const joined = dialled.startsWith('+') ? dialled : `${countryCode}${dialled}`
  return normalizePhone(typed, countryCode) ?? (joined.length <= JOINED_MAX ? joined : null)
}

/** The 10 to 20 digits of a typed phone, without what stands between and before them; or null. */
export function typedDigits(typed: string): string | null {
  const digits = foldPhone(typed)?.replace('+', '') ?? ''
  return /^\d{10,20}$/.test(digits) ? digits : null
}

/** Every phone that digits without a country code may mean in these countries (ISO codes). */
export function phonesMeant(typed: string, countries: readonly string[]): string[] {
  const phones = countries.map((country) => joinPhone(typed, `+${callingCodeFor(country) ?? ''}`))
  return [...new Set(phones.filter((phone) => phone !== null))]
}

/** `+91` of `+919876543210`; null for a phone of no known country. */
export function countryCodeOf(phone: string): string | null {
  const code = callingCodeOf(phone)
  return code === null ? null : `+${code}`
}

/**
 * The E.164 form of a typed UAE phone, or null: a leading 0 gives way to +971, then exactly nine
 * digits follow.
 */
export function uaePhone(typed: string): string | null {
  const digits = foldPhone(typed)?.replace('+', '')
  if (digits === undefined) return null
  const phone = digits.startsWith('971') ? `+${digits}` : `+971${digits.replace(/^0/, '')}`
  return /^\+971\d{9}$/.test(phone) ? phone : null
}

/**
 * Every phone of an account that a typed one may mean, the likeliest first: its normal form, and
 * what a garage owner of the UAE is registered by who types the same.
 */
export function phonesOfAccount(typed: string): string[] {
  const phone = normalizePhone(typed)
  const isReal = phone !== null && parsePhoneNumberFromString(phone)?.isValid()
  const phones = isReal ? [phone, uaePhone(typed)] : [uaePhone(typed), phone]
  return [...new Set(phones.filter((one) => one !== null))]
}

/**
 * ISO country of an E.164 phone, for allow-lists. A made-up number counts to the first country of
 * its calling code.
 */
export function phoneCountry(phone: string): CountryCode | null {
  const country = parsePhoneNumberFromString(phone)?.country
  if (country !== undefined) return country
  const code = callingCodeOf(phone)
  return code === null ? null : (numbering.country_calling_codes[code]?.[0] ?? null)
}

/** `+919876543210` as logs, audit lines and screens of others show it: `+91******3210`. */
export function maskPhone(phone: string): string {
  if (!/^\+\d{8,}$/.test(phone)) return MASK
  const code = callingCodeOf(phone) ?? ''
  // A short number would be told by its last four digits.
  const shown = phone.length - 1 - code.length >= 8 ? 4 : 2
  return `+${code}${MASK}${phone.slice(-shown)}`
}

/** Plain digits, `+` before them when an international prefix was typed; null for anything else. */
function foldPhone(typed: string): string | null {
  const bare = typed
    .normalize('NFKC')
    .replaceAll(/\p{Nd}/gu, asciiDigit)
    .replaceAll(/[\s\p{Pd}\p{Cf}().]/gu, '')
  const dialled = bare.replace(/^00(?=[1-9])/, '+')
  return /^\+?\d+$/.test(dialled) ? dialled : null
}

function asciiDigit(digit: string): string {
  const point = digit.codePointAt(0) ?? 0
  const zero = zeros.find((start) => point >= start && point < start + 10)
  return zero === undefined ? digit : String(point - zero)
}

function withCountry(digits: string, country: string): string {
  const code = /^[A-Z]{2}$/.test(country) ? callingCodeFor(country) : country.replace('+', '')
  if (code === undefined) return digits
  // The library throws on a code it does not know; such a phone has no trunk prefix to drop.
  const known = code in numbering.country_calling_codes
  const parsed = known
    ? parsePhoneNumberFromString(digits, { defaultCallingCode: code, extract: false })
    : undefined
  return parsed?.number ?? `+${code}${digits}`
}

function callingCodeFor(country: string): string | undefined {
  const known = Object.entries(numbering.country_calling_codes)
  return known.find(([, countries]) => countries.some((one) => one === country))?.[0]
}

/**
 * Drops a trunk prefix after the country code (`+91 0…`), until the form is its own normal form.
 */
function settle(phone: string): string {
  const normal = parsePhoneNumberFromString(phone, { extract: false })?.number ?? phone
  return normal.length < phone.length ? settle(normal) : phone
}

function callingCodeOf(phone: string): string | null {
  const codes = [1, 2, 3].map((length) => phone.slice(1, 1 + length))
  return codes.find((code) => code in numbering.country_calling_codes) ?? null
}
