import { z } from 'zod'
import { Tokens } from '../session/session.ts'
import { UserStatus } from '../user/user.ts'

/** What a garage's owner said of it beyond the account and the service center. */
export const GarageRow = z.object({
  id: z.uuid(),
  userId: z.uuid(),
  serviceCenterId: z.uuid(),
  companyLegalName: z.string(),
  emiratesIdUrl: z.string(),
  address: z.string(),
  street: z.string(),
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
  createdAt: z.string(),
})
export type GarageRow = z.infer<typeof GarageRow>

const NARROW = 36 ** 2
const WIDE = 36 ** 3
/** From here on the digits in base 36 begin with a letter, and are no plain number. */
const FIRST_NARROW = 10 * 36
const FIRST_WIDE = 10 * 36 ** 2

/**
 * `G1` to `G99`, then `GA0` to `GZZ`, then `GA00` to `GZZZ`: as many codes as the number of an
 * invoice has room for. Throws when they are spent.
 */
export function garageCodeOf(number: number): string {
  if (number < 100) return `G${number}`
  const narrow = number - 100 + FIRST_NARROW
  const digits = narrow < NARROW ? narrow : narrow - NARROW + FIRST_WIDE
  if (digits >= WIDE) throw new Error('There are no more codes for garages.')
  return `G${digits.toString(36).toUpperCase()}`
}

/** The garage as its owner and whoever manages its account see it. */
export const Garage = z
  .object({
    userId: z.uuid(),
    serviceCenterId: z.uuid().describe('The service center that the owner manages.'),
    fullName: z.string(),
    email: z.string().nullable(),
    phoneNumber: z.string().nullable(),
    address: z.string(),
    street: z.string(),
    state: z.string().describe('The emirate.'),
    location: z.string(),
    coordinates: z.object({ latitude: z.number(), longitude: z.number() }).nullable(),
    companyLegalName: z.string(),
    emiratesIdUrl: z.string().describe('As it was given; nobody has looked at what is there.'),
    tradeLicenseNumber: z.string().nullable(),
    vatCertification: z.string().nullable(),
    status: UserStatus,
    isEmailVerified: z.boolean(),
    isPhoneVerified: z.boolean(),
    emailVerifiedAt: z.string().nullable(),
    phoneVerifiedAt: z.string().nullable(),
    createdAt: z.string(),
  })
  .meta({ id: 'Garage' })
export type Garage = z.infer<typeof Garage>

/** Who has just opened a garage is signed in. */
export const GarageOpened = Tokens.pick({ accessToken: true, refreshToken: true })
  .extend({
    user: z.object({
      id: z.uuid().describe('The account.'),
      email: z.string(),
      role: z.literal('garage_owner'),
      status: z.literal('active'),
      createdAt: z.string(),
      updatedAt: z.string(),
    }),
    profile: Garage.pick({
      fullName: true,
      companyLegalName: true,
      isEmailVerified: true,
      isPhoneVerified: true,
    }).extend({
      email: z.string(),
      phoneNumber: z.string(),
      status: z.literal('active'),
    }),
  })
  .meta({ id: 'GarageOpened' })
