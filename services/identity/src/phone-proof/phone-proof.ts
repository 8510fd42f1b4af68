import { joinPhone, normalizePhone, typedDigits } from '@forecourt/contracts/phone'
import { typedText } from '@forecourt/contracts/typed'
import { z } from 'zod'
import { CodeOwed, EnrollmentOwed } from '../second-factor/second-factor.ts'

/** A phone whose code is on its way. What was typed lies sealed; its digits are the key. */
export const PhoneProofRow = z.object({
  id: z.uuid(),
  purpose: z.enum(['phone-sign-up', 'code-login']),
  digitsIndex: z.string(),
  form: z.string(),
  codeSentAt: z.string(),
})
export type PhoneProofRow = z.infer<typeof PhoneProofRow>

/** A phone as somebody typed it, and what it means. */
export interface TypedPhone {
  typed: string
  /** As it was typed; null where nobody said it. */
  countryCode: string | null
  /** Its normal form: E.164, where that can hold it. */
  phone: string
}

/** Ten minutes and three tries. */
export function codePolicy(purpose: PhoneProofRow['purpose']) {
  return { purpose, length: 6, lifeS: 600, tries: 3 }
}

/** A phone beside a country code, which tells what it means. */
export const PhoneDigits = typedText('Phone number')
  .trim()
  .min(1, { error: 'Phone number is required', abort: true })
  .refine((typed) => typedDigits(typed) !== null, 'Phone number must have 10 to 20 digits')
  .meta({ description: 'Mobile number, 10 to 20 digits.', examples: ['1234567890'] })

/**
 * What digits beside a country code mean. Without a code they are read as Indian, unless they begin
 * with one.
 */
export function readPhone(
  typed: { phone: string; country_code?: string | null | undefined },
  context: Pick<z.RefinementCtx, 'issues'>,
): TypedPhone {
  const { phone: digits, country_code: countryCode = null } = typed
  const phone = countryCode === null ? readAlone(digits) : joinPhone(digits, countryCode)
  if (phone !== null) return { typed: digits, countryCode, phone }
  const message = 'Phone number must have at most 20 characters, country code included'
  context.issues.push({ code: 'custom', path: ['phone'], input: digits, message })
  return z.NEVER
}

function readAlone(digits: string): string | null {
  return normalizePhone(digits) ?? joinPhone(digits, '+91')
}

const OTP_FAULT = 'OTP must be 6 digits'

/** A code as its owner types or pastes it, refused in the words of the flows by phone alone. */
export const TypedOtp = z
  .string(OTP_FAULT)
  .trim()
  .regex(/^[0-9]{6}$/, OTP_FAULT)

export const PresentPhoneCode = z.object({
  phone: PhoneDigits.describe('The mobile number as it was typed when the code was asked for.'),
  otp: TypedOtp.describe('The code that was sent to the phone.'),
})
export type PresentPhoneCode = z.output<typeof PresentPhoneCode>

export const PhoneCodeSent = z
  .object({
    phone: z.string().describe('The mobile number as it was typed.'),
    expires_in_minutes: z.number().int().describe('How long the code lives.'),
    otp_for_testing: z.string().optional().describe('The code, on a developer’s machine only.'),
    message: z.string().describe('What the person does next.'),
  })
  .meta({ id: 'PhoneCodeSent' })

/** A customer as those see it who came by phone alone. */
export const PhoneCustomer = z
  .object({
    id: z.uuid().describe('The account, which is the customer everywhere.'),
    username: z.string().describe('user_ and the last 8 digits of the phone, counted where taken.'),
    name: z.string().describe('The user name, until the person says another one.'),
    canonical: z.string().describe('ph_, the last 10 digits of the phone, and 6 characters.'),
    phone: z.string().describe('The mobile number as it was typed.'),
    country_code: z.string().nullable().describe('The country code of the phone: +91.'),
    phone_validate: z.boolean().describe('Whether the phone was proved.'),
    status: z.string().describe('active, as long as the person may sign in.'),
    profile_image: z.string().nullable().describe('Where the picture is.'),
    email: z.string().nullable().describe('The e-mail address, if the person gave one.'),
    gender: z.string().nullable().describe('As the person said it.'),
    dob: z.string().nullable().describe('Date of birth, YYYY-MM-DD.'),
    created_at: z.string().describe('When the account was opened, UTC.'),
    updated_at: z.string().describe('When it was last changed, UTC.'),
  })
  .meta({ id: 'PhoneCustomer' })
export type PhoneCustomer = z.infer<typeof PhoneCustomer>

const PhoneTokens = z
  .object({
    customer: PhoneCustomer,
    access_token: z.string().describe('Bearer token of the requests that follow.'),
    refresh_token: z.string().describe('Is exchanged for new tokens.'),
    token_type: z.literal('bearer').describe('How the token is presented.'),
    expires_in: z.number().int().describe('Life of the access token in seconds.'),
  })
  .meta({ id: 'PhoneSignedIn' })

/** Tokens, or what an account that asks for more still owes. */
export const PhoneSignedIn = z.union([PhoneTokens, CodeOwed, EnrollmentOwed])
export type PhoneSignedIn = z.infer<typeof PhoneSignedIn>
