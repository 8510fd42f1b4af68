import { randomUUIDv7 } from 'node:crypto'
import { CustomerRegistered } from '@forecourt/contracts/customer-vehicle-events'
import type { DataOf } from '@forecourt/contracts/event'
import { ServiceCenterOpened } from '@forecourt/contracts/identity-events'
import { JobCardCompleted } from '@forecourt/contracts/workshop-events'
import { eventually } from './eventually.ts'
import { centerFact, customerFact } from './facts.ts'
import { mumbai, pune, ravi } from './people.ts'
import { publish } from './publish.ts'
import type { Stack } from './stack.ts'

const gstinOfPune = '27AAPFU0939F1ZV'

export interface InvoiceAnswer {
  id: string
  version: number
  invoiceNumber: string | null
  status: string
  paymentStatus: string
  subtotal: number
  discount: number
  tax: number
  totalAmount: number
  paidAmount: number
  balanceAmount: number
  taxes: { cgst: number; sgst: number; igst: number; vat: number }
  items: { id: string; unitPrice: number; total: number; [field: string]: unknown }[]
  available: string[]
  [field: string]: unknown
}

/** Waits until billing knows Pune, Mumbai and a customer of each. Answers the customer of Pune. */
export async function knowBilling(stack: Stack): Promise<string> {
  await publish(stack, ServiceCenterOpened, {
    ...centerFact({ gstin: gstinOfPune }),
    street: '12, Law College Road',
    city: 'Pune',
    pinCode: '411004',
    country: 'IN',
  })
  await publish(
    stack,
    ServiceCenterOpened,
    centerFact({ serviceCenterId: mumbai, code: 'MUM', name: 'Forecourt Mumbai' }),
  )
  return knowCustomer(stack)
}

/** Waits until billing knows one more customer. */
export async function knowCustomer(
  stack: Stack,
  changes: Parameters<typeof customerFact>[0] & { state?: string } = {},
): Promise<string> {
  const { state = 'Maharashtra', ...person } = changes
  const customer = { ...customerFact({ customerId: randomUUIDv7(), ...person }), state }
  await publish(stack, CustomerRegistered, customer)
  await eventually('the customer and two centers', async () => {
    const { rowCount } = await stack.admin.query(
      `select from customer where id = $1 and (select count(*) from service_center) = 2`,
      [customer.customerId],
    )
    return rowCount === 1
  })
  return customer.customerId
}

type Card = DataOf<typeof JobCardCompleted>

/** What the workshop says of a finished job: an oil change, an agreed extra, and four pads. */
export function cardFact(customerId: string, changes: Partial<Card> = {}): Card {
  return {
    jobCardId: randomUUIDv7(),
    jobCardNumber: 'JC-000123',
    serviceRequestId: randomUUIDv7(),
    customerId,
    vehicleId: randomUUIDv7(),
    serviceCenterId: pune,
    status: 'completed',
    isHomeService: false,
    assignedEngineer: ravi.userId,
    odometerReading: 45_000,
    currency: 'INR',
    services: [serviceLine('Oil change', 100_005), serviceLine('Wash', 50_000, 'skipped')],
    additionalServices: [
      additionalLine('Wheel alignment', 80_000, 'approved'),
      additionalLine('Polish', 90_000, 'rejected'),
    ],
    partsUsed: [partLine('Brake pad', 4, 118_050)],
    paymentStatus: 'pending',
    invoiceId: null,
    ...changes,
  }
}

function serviceLine(description: string, priceMinor: number, status = 'completed') {
  const line = { lineId: randomUUIDv7(), serviceType: 'regular', description, status, priceMinor }
  return { ...line, estimatedTime: 1, actualTime: 1.5, sacCode: null, taxRate: 18 }
}

function additionalLine(description: string, costMinor: number, decision: string) {
  const lineId = randomUUIDv7()
  return { lineId, description, costMinor, sacCode: '998729', taxRate: 18, decision }
}

export function partLine(
  description: string,
  quantity: number,
  unitPriceMinor: number,
  changes: { isWarranty?: boolean; taxRate?: number } = {},
): Card['partsUsed'][number] {
  return {
    lineId: randomUUIDv7(),
    itemId: randomUUIDv7(),
    description,
    unit: 'PCS',
    quantity,
    unitPriceMinor,
    hsnCode: '870830',
    taxRate: changes.taxRate ?? 18,
    isWarranty: changes.isWarranty ?? false,
    warrantyNumber: changes.isWarranty ? 'W-2291' : null,
  }
}

/** Says that a job is done, and waits for the id of its invoice. */
export async function completeCard(stack: Stack, card: Card): Promise<string> {
  await publish(stack, JobCardCompleted, card)
  return eventually('an invoice of the job card', async () => {
    const { rows } = await stack.admin.query<{ id: string }>(
      'select id from invoice where job_card_id = $1',
      [card.jobCardId],
    )
    return rows[0]?.id
  })
}
