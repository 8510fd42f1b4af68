import { randomUUIDv7 } from 'node:crypto'
import type {
  InvoiceDocumentRendered,
  InvoiceIssued,
  PaymentReceived,
} from '@forecourt/contracts/billing-events'
import type { DataOf } from '@forecourt/contracts/event'
import type { UserCreated } from '@forecourt/contracts/identity-events'
import type {
  ItemAdded,
  PurchaseRequestRaised,
  StockAlertRaised,
} from '@forecourt/contracts/inventory-events'
import type {
  JobCardCreated,
  LinkRequested,
  ServiceRequestOpened,
} from '@forecourt/contracts/workshop-events'
import { KeyRing } from '@forecourt/platform/config'
import { seal } from '@forecourt/platform/personal'
import { invoiceFact } from './facts.ts'
import { asha, pune, ravi, type Person } from './people.ts'
import { testSecrets } from './stack.ts'
import type { Visitor } from './visiting.ts'

const transportKeys = KeyRing.parse(testSecrets.TRANSPORT_KEYS)

/** What identity says of an account. */
export function userFact({ userId, role, centers }: Person): DataOf<typeof UserCreated> {
  const contact = { fullName: null, email: null, phone: null }
  return { userId, role, status: 'active', serviceCenterIds: centers, ...contact }
}

/** What the workshop says of a request that Asha opened in Pune. */
export function requestFact(
  visitor: Visitor,
  changes: Partial<DataOf<typeof ServiceRequestOpened>> = {},
): DataOf<typeof ServiceRequestOpened> {
  return {
    serviceRequestId: randomUUIDv7(),
    requestNumber: 'SR-000123',
    ...visitor,
    serviceCenterId: pune,
    requestType: 'service',
    serviceType: 'repair',
    priority: 'high',
    serviceLocation: 'service_station',
    status: 'pending',
    preferredDate: null,
    preferredTime: null,
    scheduledDate: null,
    scheduledTime: null,
    estimatedCostMinor: null,
    currency: 'INR',
    requestedBy: asha.userId,
    ...changes,
  }
}

/** What the workshop says of a card that Ravi works on. */
export function cardFact(
  visitor: Visitor,
  changes: Partial<DataOf<typeof JobCardCreated>> = {},
): DataOf<typeof JobCardCreated> {
  return {
    jobCardId: randomUUIDv7(),
    jobCardNumber: 'JC-000456',
    serviceRequestId: randomUUIDv7(),
    ...visitor,
    serviceCenterId: pune,
    status: 'assigned',
    isHomeService: false,
    assignedEngineer: ravi.userId,
    odometerReading: null,
    currency: 'INR',
    services: [],
    additionalServices: [],
    partsUsed: [],
    paymentStatus: 'pending',
    invoiceId: null,
    ...changes,
  }
}

/** A link on its way to a customer, its token sealed as the workshop does. */
export function linkFact(
  { customerId }: Visitor,
  purpose: string,
  token: string,
): DataOf<typeof LinkRequested> {
  const linkId = randomUUIDv7()
  return {
    linkId,
    purpose,
    subjectId: linkId,
    jobCardId: randomUUIDv7(),
    customerId,
    serviceCenterId: pune,
    token: seal(transportKeys, token, `link|token|${linkId}`),
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
  }
}

/** An issued invoice over one line; nobody in particular may be its customer. */
export function issuedInvoiceFact(customerId: string | null): DataOf<typeof InvoiceIssued> {
  return invoiceFact({
    invoiceNumber: 'PUN/26-27/000789',
    jobCardId: randomUUIDv7(),
    customerId,
    status: 'sent',
    subtotalMinor: 10_004_237,
    taxMinor: 1_800_763,
    totalMinor: 11_805_000,
    balanceMinor: 11_805_000,
    invoiceDate: '2026-11-21',
    dueDate: '2026-12-06',
  })
}

export function documentFact(
  customerId: string | null,
  storageKey: string,
): DataOf<typeof InvoiceDocumentRendered> {
  const { invoiceId, serviceCenterId, totalMinor, currency } = issuedInvoiceFact(customerId)
  const invoiceNumber = 'PUN/26-27/000789'
  const about = { invoiceId, invoiceNumber, customerId, serviceCenterId }
  return { ...about, totalMinor, currency, storageKey }
}

export function paymentFact(customerId: string | null): DataOf<typeof PaymentReceived> {
  return {
    paymentId: randomUUIDv7(),
    paymentNumber: 'PAY-000321',
    invoiceId: randomUUIDv7(),
    jobCardId: null,
    customerId,
    serviceCenterId: pune,
    amountMinor: 250_050,
    currency: 'INR',
    paymentMethod: 'upi',
    receivedAt: new Date().toISOString(),
  }
}

export function itemFact(): DataOf<typeof ItemAdded> {
  return {
    itemId: randomUUIDv7(),
    itemCode: 'BRK-PAD-FR-01',
    name: 'Brake pad',
    category: 'spare_part',
    unit: 'set',
    unitPriceMinor: 118_050,
    currency: 'INR',
    hsnCode: '870830',
    taxRate: 18,
    isDiscontinued: false,
  }
}

export function alertFact(
  itemId: string,
  serviceCenterId: string | null = pune,
): DataOf<typeof StockAlertRaised> {
  const stockAlertId = randomUUIDv7()
  return { stockAlertId, itemId, serviceCenterId, available: 2, reorderPoint: 5 }
}

export function wishFact(
  itemId: string,
  serviceCenterId: string | null = pune,
): DataOf<typeof PurchaseRequestRaised> {
  const purchaseRequestId = randomUUIDv7()
  const wanted = { itemId, serviceCenterId, quantity: 3, cause: 'shortage' }
  return { purchaseRequestId, requestNumber: 'PR-000017', ...wanted, documentId: randomUUIDv7() }
}
