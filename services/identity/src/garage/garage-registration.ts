import { Email } from '@forecourt/contracts/email'
import { uaePhone } from '@forecourt/contracts/phone'
import { TypedCode, typedText, unlessBlank } from '@forecourt/contracts/typed'
import { z } from 'zod'
import { TypedPassword } from '../user/password.ts'

/** A person who wants to open a garage, from the first form until the account is open. */
export const GarageRegistrationRow = z.object({
  id: z.uuid(),
  handleHash: z.string(),
  emailIndex: z.string(),
  phoneIndex: z.string(),
  status: z.enum(['pending_verification', 'verified']),
  form: z.string(),
  place: z.string().nullable(),
  proved: z.enum(['email', 'phone']).nullable(),
  provedAt: z.string().nullable(),
  livesUntil: z.string(),
  createdAt: z.string(),
})
export type GarageRegistrationRow = z.infer<typeof GarageRegistrationRow>

/** How the codes of a garage behave; ten minutes and three tries are the requirement's. */
export const garageCode = {
  purpose: 'garage',
  length: 6,
  lifeS: 600,
  tries: 3,
}

/** A registration is of use for a day after its code was proved. */
export const VERIFIED_LIFE_S = 86_400

/** What is kept of the first form. */
export interface GarageForm {
  fullName: string
  email: string
  phoneNumber: string
  passwordHash: string
}

const UaePhone = typedText('Phone number')
  .transform((typed, context) => {
    const phone = uaePhone(typed)
    if (phone !== null) return phone
    const message =
      typed.trim() === ''
        ? 'Phone number is required'
        : 'Phone number must be one of the UAE, such as +971501234567'
    context.issues.push({ code: 'custom', input: typed, message })
    return z.NEVER
  })
  .meta({ description: 'A phone of the UAE, as typed.', examples: ['050 123 4567'] })

/** Text of a form, trimmed, whose length is told by the name that its field has on the screen. */
function text(label: string, least: number, most: number) {
  return typedText(label)
    .trim()
    .min(1, { error: `${label} is required`, abort: true })
    .min(least, `${label} must have at least ${least} characters`)
    .max(most, `${label} must have at most ${most} characters`)
}

const OwnerPassword = TypedPassword.min(8, 'Must have at least 8 characters')
  .regex(/\p{Lu}/u, 'Must hold an uppercase letter')
  .regex(/\p{Ll}/u, 'Must hold a lowercase letter')
  .regex(/\d/, 'Must hold a number')
  .regex(/[^\p{L}\p{M}\p{N}\s]/u, 'Must hold a special character')

export const RegisterOwner = z.object({
  fullName: text('Full name', 3, 100)
    .regex(/^[\p{L}\p{M} ]*$/u, 'Full name may hold letters and spaces only')
    .describe('The owner: 3 to 100 letters and spaces.'),
  email: Email.describe('Signs in as well as the phone does.'),
  phoneNumber: UaePhone,
  password: OwnerPassword.describe(
    '8 characters or more: an uppercase letter, a lowercase one, a number, a special character.',
  ),
})
export type RegisterOwner = z.output<typeof RegisterOwner>

const CodesForTesting = z
  .object({ sms: z.string(), email: z.string() })
  .optional()
  .describe('The codes, on a developer’s machine only.')

export const OwnerRegistered = z
  .object({
    userId: z
      .uuid()
      .describe('Opens the next steps to whoever holds it; it is not the account’s id.'),
    email: z.string().describe('Where one code went.'),
    phoneNumber: z.string().describe('Where the other code went: +971 and nine digits.'),
    requiresVerification: z.literal(true),
    otp_for_testing: CodesForTesting,
  })
  .meta({ id: 'GarageOwnerRegistered' })

const Contact = z.object({
  email: unlessBlank(Email.nullish()).describe('Finds the registration.'),
  phoneNumber: unlessBlank(UaePhone.nullish()).describe('Finds the registration as well.'),
})
export type Contact = z.output<typeof Contact>

const isNamed = ({ email, phoneNumber }: Contact) => (email ?? phoneNumber ?? null) !== null
const unnamed = { path: ['email'], message: 'Give the e-mail address or the phone number' }

export const VerifyContact = Contact.extend({
  code: TypedCode.describe('The code that came by e-mail, or the one that came by SMS.'),
}).refine(isNamed, unnamed)

export const AskForCodes = Contact.refine(isNamed, unnamed)

export const Verified = z.object({}).meta({ id: 'GarageContactVerified' })

export const CodesSent = z
  .object({ otp_for_testing: CodesForTesting })
  .meta({ id: 'GarageCodesSent' })

const Handle = z
  .uuid({ error: 'User id must be a valid UUID' })
  .toLowerCase()
  .describe('What step 1 answered.')

const coordinate = (label: string, most: number) =>
  z
    .number(`${label} must be a number`)
    .min(-most, `${label} must be between -${most} and ${most}`)
    .max(most, `${label} must be between -${most} and ${most}`)

const Place = z.object({
  address: text('Address', 5, 255).describe('Name of the shop and its building.'),
  street: text('Street', 3, 100),
  state: text('State', 2, 50).describe('The emirate.'),
  location: text('Location', 2, 100).describe('The part of the town.'),
  coordinates: z
    .object({ latitude: coordinate('Latitude', 90), longitude: coordinate('Longitude', 180) })
    .nullish(),
})
export type Place = z.output<typeof Place>

export const LocateGarage = Place.extend({ userId: Handle })

export const GarageLocated = z.object({ nextStep: z.literal(3) }).meta({ id: 'GarageLocated' })

export const CompleteRegistration = z.object({
  userId: Handle,
  companyLegalName: text('Company legal name', 3, 255)
    .refine((name) => !/:\/\/|www\./i.test(name), 'Company legal name must be no web address')
    .describe('It signs the messages of the garage.'),
  emiratesIdUrl: text('Emirates ID', 1, 2_048)
    .refine(isUrl, 'Emirates ID must be a valid URL')
    .describe('Where the document lies. It is kept, and never fetched.'),
  tradeLicenseNumber: text('Trade license number', 5, 50).toUpperCase(),
  vatCertification: typedText('VAT certification')
    .trim()
    .max(50, 'VAT certification must have at most 50 characters')
    .toUpperCase()
    .nullish(),
})
export type CompleteRegistration = z.output<typeof CompleteRegistration>

/** An address of the web, or of a file that was uploaded here, which is told without its host. */
function isUrl(typed: string): boolean {
  if (/^\/api(\/v1)?\/files\/[0-9a-f-]{36}\/content$/.test(typed)) return true
  const url = URL.parse(typed)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === ''
}
