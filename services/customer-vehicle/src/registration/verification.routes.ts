import { consumeCode, refusalOf, verifyCode, type Judgement } from '@forecourt/otp/verify'
import { problem } from '@forecourt/platform/problem'
import { unschedule } from '@forecourt/platform/timer'
import { transition } from '@forecourt/platform/transition'
import type { z } from 'zod'
import type { CustomerRow } from '../customer/customer.ts'
import { showCustomer } from '../customer/customer.queries.ts'
import { endpoint, type Here } from '../db.ts'
import { spellOutVehicle, type VehicleRow } from '../vehicle/vehicle.ts'
import type { TypedVehicles } from './form.ts'
import { settleVehicles } from './form.queries.ts'
import {
  PresentedCode,
  registrationCode,
  VerifiedRegistration,
  type RegistrationRow,
} from './registration.ts'
import {
  budgetsOf,
  LAPSE,
  lifecycle,
  lockForm,
  noteBlocked,
  refuseUnseen,
  withoutForm,
} from './registration.queries.ts'
import { settleCustomer, settleNewVehicles } from './verification.queries.ts'

export const verifyRegistrationCode = endpoint('POST /registrations/:id/verify', {
  about: 'Prove the phone by its code; customer and vehicles are made, or added to the customer.',
  may: 'public',
  acts: 'system',
  message: 'Registration verified',
  body: PresentedCode,
  returns: VerifiedRegistration,
  limits: (who, { params }) => budgetsOf('registration.verify', who, params.id),
  before: proveRegistration,
  handle: (context, { params, body, before: judged }) =>
    verifyRegistration(context, params.id, { judged, corrected: body.vehicles }),
})

type Judged = Extract<Judgement, { end: 'proved' | 'consumed' }>

/**
 * Judges the code of a registration, before and apart from what it opens: a try stays counted
 * whatever fails afterwards. Answers a proved code, or one that is used up: whoever repeats a
 * request at once with its idempotency key is answered like the first, which the road sees to.
 */
async function proveRegistration(
  context: Here,
  { params: { id }, body: { otp: code } }: { params: { id: string }; body: { otp: string } },
): Promise<Judged> {
  const { db, otp } = context
  await refuseUnseen(context, id)
  const judged = await verifyCode(otp, db, { policy: registrationCode, subject: id, code })
  if (judged.end === 'proved' || judged.end === 'consumed') return judged
  if (judged.end === 'wrong' && judged.triesLeft === 0) await noteBlocked(context, id)
  throw refusalOf(judged)
}

interface Proof {
  judged: Judged
  /** Vehicles that replace those of the form. */
  corrected: TypedVehicles | undefined
}

/**
 * Makes customer and vehicles of a registration whose code is proved. Whatever fails leaves the
 * registration and the proved code as they are.
 */
async function verifyRegistration(
  context: Here,
  id: string,
  { judged, corrected }: Proof,
): Promise<z.input<typeof VerifiedRegistration>> {
  const { db, personal } = context
  if (judged.end === 'consumed') throw problem('registration_already_verified')
  const typed = await lockForm(context, id)
  let made: { customer: CustomerRow; vehicles: VehicleRow[] } | undefined
  await transition<RegistrationRow, 'pending' | 'verified', 'verify'>(
    withoutForm(context),
    lifecycle,
    {
      table: 'registration',
      id,
      move: 'verify',
      work: async (row) => {
        if (!(await consumeCode(db, judged.otpId))) throw problem('otp_expired')
        const vehicles = corrected ? await settleVehicles(context, corrected, row) : typed.vehicles
        const form = { ...typed, vehicles }
        const customer = await settleCustomer(context, row, form)
        made = { customer, vehicles: await settleNewVehicles(context, row, customer.id, vehicles) }
        await unschedule(context, LAPSE, id)
        return { customerId: made.customer.id, verifiedAt: context.now, form: null }
      },
      tell: (row) => ({
        registrationId: row.id,
        customerId: row.customerId,
        vehicleIds: made?.vehicles.map((vehicle) => vehicle.id),
        serviceCenterId: row.serviceCenterId,
        verifiedAt: row.verifiedAt,
      }),
    },
  )
  if (!made) throw new Error('A verified registration has made its customer.')
  return {
    customer: showCustomer(personal, made.customer),
    vehicles: made.vehicles.map(spellOutVehicle),
  }
}
