import { randomUUIDv7 } from 'node:crypto'
import { CustomerOtpRequested } from '@forecourt/contracts/customer-vehicle-events'
import { livingSubject, sendCode, servedCountry, type Sending } from '@forecourt/otp/send'
import { available } from '@forecourt/platform/machine'
import { transition } from '@forecourt/platform/transition'
import type { z } from 'zod'
import { endpoint, type Here } from '../db.ts'
import { attachFiles } from '../file/file.queries.ts'
import { centerOfRegistration } from '../service-center/service-center.queries.ts'
import { refuseRegisteredPlates } from '../vehicle/vehicle.queries.ts'
import { canonicalText, SubmitForm, type Form } from './form.ts'
import { refuseUnknownPhotos, settleForm } from './form.queries.ts'
import { AwaitedRegistration, registrationCode, type RegistrationRow } from './registration.ts'
import {
  budgetsOf,
  findTwin,
  insertRegistration,
  lifecycle,
  lockForm,
  renewCode,
  withoutForm,
} from './registration.queries.ts'

type Awaited = z.input<typeof AwaitedRegistration>

export const submitRegistration = endpoint('POST /registrations', {
  about: 'Register a customer with vehicles; a code goes to the phone by SMS and WhatsApp.',
  may: 'public',
  acts: 'system',
  message: 'OTP sent',
  body: SubmitForm,
  returns: AwaitedRegistration,
  limits: (who, { body: { customer } }) =>
    budgetsOf('registration', who, who.personal.blindIndex('phone', customer.mobileNumber)),
  handle: (context, { body }) => openRegistration(context, body),
})

export const resendRegistrationCode = endpoint('POST /registrations/:id/resend', {
  about: 'Send another code; the former one is void.',
  may: 'public',
  acts: 'system',
  status: 200,
  message: 'OTP resent successfully',
  returns: AwaitedRegistration,
  limits: (who, { params }) => budgetsOf('registration.resend', who, params.id),
  handle: (context, { params }) => resendCode(context, params.id),
})

/** Keeps a form and sends its code; the same form again is no new one, and gets a new code. */
async function openRegistration(context: Here, body: SubmitForm): Promise<Awaited> {
  const { db, me, otp, personal } = context
  const { pinCode } = body.customer
  const asked = { serviceCenterId: body.serviceCenterId ?? null, pinCode }
  const center = await centerOfRegistration(db, me, asked)
  const form = await settleForm(context, body, center)
  const { id: serviceCenterId } = center
  const { phone } = form.customer
  const text = canonicalText(serviceCenterId, form)
  const to = recipients(phone, personal.blindIndex('phone', phone))
  servedCountry(otp, phone, 'customer.mobileNumber')
  const living = await livingSubject(otp, db, { policy: registrationCode, body: text, to })
  const known = living ?? (await findTwin(context, to[0].index, text))
  await refuseRegisteredPlates(
    db,
    form.vehicles.map(({ plate }) => plate),
  )
  await refuseUnknownPhotos(context, form.vehicles, known ?? null)
  if (known) return resendCode(context, known)
  const id = randomUUIDv7()
  const photos = form.vehicles.map(({ photoFileId }) => photoFileId)
  await attachFiles(db, photos, { purpose: 'vehicle_photo', to: id })
  const registration = await insertRegistration(context, { id, serviceCenterId, form })
  return awaitCode(context, registration, form)
}

/** Sends another code for a form that still waits. */
async function resendCode(context: Here, id: string): Promise<Awaited> {
  const form = await lockForm(context, id)
  const registration = await transition<RegistrationRow, 'pending' | 'verified', 'resend'>(
    withoutForm(context),
    lifecycle,
    {
      table: 'registration',
      id,
      move: 'resend',
      work: async () => {
        await renewCode(context, id)
        return {}
      },
      tell: (row) => ({ registrationId: row.id, serviceCenterId: row.serviceCenterId }),
    },
  )
  return awaitCode(context, registration, form)
}

/** Must come last in its transaction: what fails after it has cost a code. */
async function awaitCode(
  { db, me, address, emit, otp, personal }: Here,
  registration: RegistrationRow,
  form: Form,
): Promise<Awaited> {
  const { id, serviceCenterId } = registration
  const { phone } = form.customer
  const { requested, codes } = await sendCode(otp, db, {
    policy: registrationCode,
    subject: id,
    body: canonicalText(serviceCenterId, form),
    to: recipients(phone, personal.blindIndex('phone', phone)),
    address: me.may('registration.create') ? null : address,
    serviceCenterId,
  })
  for (const [at, code] of requested.entries()) emit(CustomerOtpRequested, at + 1, code)
  return {
    registrationId: id,
    phone,
    expiresInMinutes: registrationCode.lifeS / 60,
    requiresVerification: true,
    available: available(lifecycle, registration, me.may),
    otp_for_testing: codes?.[0],
  }
}

/** One and the same code by both channels. */
function recipients(phone: string, index: string): Sending['to'] {
  return [{ destination: phone, index, channels: ['sms', 'whatsapp'] }]
}
