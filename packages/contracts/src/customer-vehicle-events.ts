import { z } from 'zod'
import { event, Id, Instant, Sealed } from './event.ts'

const RegistrationId = Id.describe('The registration.')
const ServingCenters = z.array(Id).describe('The service centers that see and serve it.')

export const CustomerState = z.object({
  customerId: Id.describe('The customer.'),
  accountId: Id.nullable()
    .optional()
    .describe('The account that the person signs in with, if there is one.'),
  referenceId: z.string().describe("The customer's number, which people say: CUST-MH12-000145."),
  serviceCenterIds: ServingCenters,
  firstName: Sealed.describe('The first word of the full name.'),
  fullName: Sealed.describe('The name as the person gave it.'),
  phone: Sealed.describe('The mobile number, E.164; proved, unless `isVerified` is false.'),
  alternativePhone: Sealed.nullable().describe('Another number, E.164, if the person gave one.'),
  email: Sealed.nullable().describe('The e-mail address, if the person gave one.'),
  city: z.string().describe('City or village of the address; empty while none is known.'),
  taluka: z.string().describe('Taluka (sub-district) of the address, or empty.'),
  district: z.string().describe('District of the address, or empty.'),
  state: z.string().describe('State of the address, or empty.'),
  pinCode: z.string().describe('PIN code of the address, 6 digits, or empty.'),
  marketingConsent: z.boolean().describe('Whether the person agreed to offers.'),
  isVerified: z
    .boolean()
    .optional()
    .describe('False for whom staff has entered, until the phone is proved; else true or absent.'),
})

export const CustomerRegistered = event('customer-vehicle.customer.registered.v1', {
  key: 'customerId',
  about: 'A person proved a phone number and became a customer.',
  data: CustomerState,
})

export const CustomerChanged = event('customer-vehicle.customer.changed.v1', {
  key: 'customerId',
  about: 'The particulars of a customer, or the centers that serve them, were changed.',
  data: CustomerState,
})

/** Says nothing of the person; a tombstone follows, when nobody needs the ids any more. */
export const CustomerErased = event('customer-vehicle.customer.erased.v1', {
  key: 'customerId',
  about: 'A person was erased: whatever else is kept of this customer has to go.',
  data: z.object({
    customerId: Id.describe('The customer.'),
    accountId: Id.nullable().describe('The account that the person signed in with, if any.'),
  }),
})

export const VehicleState = z.object({
  vehicleId: Id.describe('The vehicle.'),
  customerId: Id.describe('The customer who owns it now.'),
  serviceCenterIds: ServingCenters,
  plate: Sealed.describe('The registration number as people read it.'),
  vin: Sealed.nullable().optional().describe('Its VIN, 17 characters, if known.'),
  brand: z.string().describe('Who built it.'),
  model: z.string().describe('What its builder calls it.'),
  color: z.string().nullable().optional().describe('Its color in words, if known.'),
  registrationDate: z
    .string()
    .nullable()
    .optional()
    .meta({ format: 'date', description: 'The day on which it was registered, if known.' }),
  yearOfPurchase: z
    .number()
    .int()
    .nullable()
    .describe('The year in which it was bought, if known.'),
  status: z.string().describe('active, in_service, completed or archived; more may come.'),
})

export const VehicleRegistered = event('customer-vehicle.vehicle.registered.v1', {
  key: 'vehicleId',
  about: 'A vehicle was registered to a customer.',
  data: VehicleState,
})

export const VehicleChanged = event('customer-vehicle.vehicle.changed.v1', {
  key: 'vehicleId',
  about: 'The particulars of a vehicle, its owner, or the centers that serve it, were changed.',
  data: VehicleState,
})

const RegistrationFact = z.object({
  registrationId: RegistrationId,
  serviceCenterId: Id.describe('The service center whose zone the address lies in.'),
})

export const RegistrationOpened = event('customer-vehicle.registration.opened.v1', {
  key: 'registrationId',
  about: 'A registration form was submitted and awaits its one-time password.',
  data: RegistrationFact.extend({
    vehicleCount: z.number().int().describe('How many vehicles the form names.'),
  }),
})

export const RegistrationCodeResent = event('customer-vehicle.registration.code-resent.v1', {
  key: 'registrationId',
  about: 'Another one-time password was sent for a registration; the former one is void.',
  data: RegistrationFact,
})

export const RegistrationLapsed = event('customer-vehicle.registration.lapsed.v1', {
  key: 'registrationId',
  about:
    'A registration that nobody proved was deleted: its time was over, or its person was erased.',
  data: RegistrationFact,
})

export const RegistrationVerified = event('customer-vehicle.registration.verified.v1', {
  key: 'registrationId',
  about: 'A registration was proved by its one-time password; customer and vehicles exist.',
  data: z.object({
    registrationId: RegistrationId,
    customerId: Id.describe('The customer that it made, or found by the phone number.'),
    vehicleIds: z.array(Id).describe('The vehicles of the form, in its order.'),
    serviceCenterId: RegistrationFact.shape.serviceCenterId,
    verifiedAt: Instant.describe('When the code was proved, UTC.'),
  }),
})

export const OtpChannel = z.enum(['sms', 'whatsapp', 'email'])

/** A code on its way. Destination and code are encrypted with the transport key. */
export const OtpRequestedData = z.object({
  otpId: Id,
  purpose: z.string(),
  serviceCenterId: Id.nullable(),
  channels: z.array(OtpChannel),
  destination: Sealed,
  code: Sealed,
  expiresAt: Instant,
})

export const CustomerOtpRequested = event('customer-vehicle.otp.requested.v1', {
  key: 'otpId',
  about: 'A one-time password is to be brought to its owner.',
  data: OtpRequestedData,
})

export const OutreachRequested = event('customer-vehicle.outreach.requested.v1', {
  key: 'outreachId',
  about: 'Staff sends one customer a "thank you" or a "discount" message.',
  data: z.object({
    outreachId: Id,
    customerId: Id,
    serviceCenterId: Id,
    type: z.enum(['thank_you', 'discount']),
    text: Sealed.nullable(),
  }),
})
