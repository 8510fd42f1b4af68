import { randomUUIDv7 } from 'node:crypto'
import type { AuditLine } from '@forecourt/contracts/audit'
import type { InvoiceIssued } from '@forecourt/contracts/billing-events'
import type {
  CustomerRegistered,
  CustomerOtpRequested,
  VehicleRegistered,
} from '@forecourt/contracts/customer-vehicle-events'
import type { DataOf } from '@forecourt/contracts/event'
import type { ServiceCenterOpened } from '@forecourt/contracts/identity-events'
import { KeyRing } from '@forecourt/platform/config'
import { personalData, seal } from '@forecourt/platform/personal'
import { asha, pune } from './people.ts'
import { testSecrets } from './stack.ts'

const personal = personalData(
  KeyRing.parse(testSecrets.PERSONAL_KEYS),
  KeyRing.parse(testSecrets.BLIND_INDEX_KEY),
)
const transportKeys = KeyRing.parse(testSecrets.TRANSPORT_KEYS)

/** What identity says of a service center. */
export function centerFact(
  changes: Partial<DataOf<typeof ServiceCenterOpened>> = {},
): DataOf<typeof ServiceCenterOpened> {
  return {
    serviceCenterId: pune,
    code: 'PUN',
    name: 'Forecourt Pune',
    isActive: true,
    isHeadOffice: false,
    pinPrefixes: ['411'],
    state: 'Maharashtra',
    gstin: null,
    timeZone: 'Asia/Kolkata',
    ...changes,
  }
}

interface Person {
  customerId?: string
  /** Absent in what was told before customers had accounts. */
  accountId?: string
  firstName?: string
  phone?: string
  email?: string | null
  referenceId?: string
  serviceCenterIds?: string[]
  marketingConsent?: boolean
  /** Absent in what was told before anybody was who had proved nothing. */
  isVerified?: boolean
}

/** What customer-vehicle says of a customer; sealed as it seals. */
export function customerFact(person: Person = {}): DataOf<typeof CustomerRegistered> {
  const { customerId = randomUUIDv7(), firstName = 'Rahul', email = null } = person
  const sealed = (column: string, value: string) =>
    personal.seal(value, { table: 'customer', column, id: customerId })
  return {
    customerId,
    ...(person.accountId && { accountId: person.accountId }),
    ...(person.isVerified !== undefined && { isVerified: person.isVerified }),
    referenceId: person.referenceId ?? 'CUST-MH12-000145',
    serviceCenterIds: person.serviceCenterIds ?? [pune],
    firstName: sealed('first_name', firstName),
    fullName: sealed('full_name', `${firstName} Patil`),
    phone: sealed('phone', person.phone ?? '+919820012345'),
    alternativePhone: null,
    email: email === null ? null : sealed('email', email),
    city: 'Pune',
    taluka: 'Haveli',
    district: 'Pune',
    state: 'Maharashtra',
    pinCode: '411001',
    marketingConsent: person.marketingConsent ?? true,
  }
}

/** What customer-vehicle says of a vehicle. */
export function vehicleFact(
  customerId: string,
  { plate = 'MH12AB1234', brand = 'Toyota', model = 'Innova' } = {},
): DataOf<typeof VehicleRegistered> {
  const vehicleId = randomUUIDv7()
  return {
    vehicleId,
    customerId,
    serviceCenterIds: [pune],
    plate: personal.seal(plate, { table: 'vehicle', column: 'plate', id: vehicleId }),
    brand,
    model,
    yearOfPurchase: null,
    status: 'active',
  }
}

interface OtpParticulars {
  lifeMs?: number
  /** Null when the code belongs to no center. */
  serviceCenterId?: string | null
}

/** A code on its way, sealed as the service that made it does. */
export function otpFact(
  destination: string,
  code: string,
  { lifeMs = 300_000, serviceCenterId = pune }: OtpParticulars = {},
): DataOf<typeof CustomerOtpRequested> {
  const otpId = randomUUIDv7()
  return {
    otpId,
    purpose: 'registration',
    serviceCenterId,
    channels: ['sms', 'whatsapp'],
    destination: seal(transportKeys, destination, `otp|destination|${otpId}`),
    code: seal(transportKeys, code, `otp|code|${otpId}`),
    expiresAt: new Date(Date.now() + lifeMs).toISOString(),
  }
}

/** A text that a service sends along, under the place where it keeps it. */
export function sealedText(value: string, table: string, column: string, id: string): string {
  return personal.seal(value, { table, column, id })
}

/** What any service says of a deed. */
export function auditFact(changes: Partial<AuditLine> = {}): AuditLine {
  return {
    auditId: randomUUIDv7(),
    at: '2026-11-21T10:15:30.123456Z',
    userId: asha.userId,
    role: 'advisor',
    address: '203.0.113.7',
    userAgent: 'Firefox',
    requestId: 'request-1',
    action: 'PUT /customers/:id',
    entity: 'customer',
    entityId: randomUUIDv7(),
    serviceCenterId: pune,
    outcome: 'done',
    reason: null,
    before: { city: 'Pune', phone: '*********3210' },
    after: { city: 'Nashik', phone: '*********3210', tags: ['a'] },
    ...changes,
  }
}

/** What billing says of an invoice; of an empty draft, unless told otherwise. */
export function invoiceFact(
  changes: Partial<DataOf<typeof InvoiceIssued>> = {},
): DataOf<typeof InvoiceIssued> {
  return {
    invoiceId: randomUUIDv7(),
    invoiceNumber: null,
    jobCardId: null,
    otcOrderId: null,
    customerId: null,
    serviceCenterId: pune,
    status: 'draft',
    paymentStatus: 'pending',
    currency: 'INR',
    placeOfSupply: 'Maharashtra',
    items: [],
    subtotalMinor: 0,
    discountMinor: 0,
    taxMinor: 0,
    roundOffMinor: 0,
    totalMinor: 0,
    paidMinor: 0,
    balanceMinor: 0,
    invoiceDate: null,
    dueDate: null,
    ...changes,
  }
}
