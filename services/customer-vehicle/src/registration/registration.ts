import { TypedCode } from '@forecourt/contracts/typed'
import { z } from 'zod'
import { Customer, type OtpStatus } from '../customer/customer.ts'
import { Vehicle } from '../vehicle/vehicle.ts'
import { TypedVehicles } from './form.ts'

const RegistrationStatus = z.enum(['pending', 'verified'])

/** A submitted form; what it says lies sealed in `form` until its code is proved. */
export const RegistrationRow = z.object({
  id: z.uuid(),
  serviceCenterId: z.uuid(),
  status: RegistrationStatus,
  form: z.string().nullable(),
  phoneIndex: z.string(),
  fullName: z.string(),
  city: z.string(),
  taluka: z.string(),
  district: z.string(),
  state: z.string(),
  pinCode: z.string(),
  brands: z.array(z.string()),
  plateKeys: z.array(z.string()),
  createdBy: z.uuid().nullable(),
  customerId: z.uuid().nullable(),
  codeExpiresAt: z.string(),
  codeBlockedAt: z.string().nullable(),
  verifiedAt: z.string().nullable(),
  version: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type RegistrationRow = z.infer<typeof RegistrationRow>

/** How the code of a registration behaves. */
export const registrationCode = {
  purpose: 'registration',
  length: 6,
  lifeS: 600,
  tries: 3,
}

export const PresentedCode = z.object({
  otp: TypedCode,
  /** Corrected vehicles, after an answer that said which of them cannot be registered. */
  vehicles: TypedVehicles.optional(),
})

/** The answer to a form whose code is on its way. */
export const AwaitedRegistration = z
  .object({
    registrationId: z.uuid(),
    phone: z.string(),
    expiresInMinutes: z.number().int(),
    requiresVerification: z.literal(true),
    /** What may be done with it now. */
    available: z.array(z.string()),
    otp_for_testing: z.string().optional(),
  })
  .meta({ id: 'AwaitedRegistration' })

export const VerifiedRegistration = z
  .object({ customer: Customer, vehicles: z.array(Vehicle) })
  .meta({ id: 'VerifiedRegistration' })

/** What staff are told of a registration's code. Instants are ISO 8601 UTC. */
export function otpStatusOf(
  {
    status,
    codeBlockedAt,
    codeExpiresAt,
  }: Pick<RegistrationRow, 'status' | 'codeBlockedAt' | 'codeExpiresAt'>,
  now: string,
): z.infer<typeof OtpStatus> {
  if (status === 'verified') return 'verified'
  if (codeBlockedAt) return 'blocked'
  return Date.parse(codeExpiresAt) <= Date.parse(now) ? 'expired' : 'sent'
}
