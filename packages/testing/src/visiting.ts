import { randomUUIDv7 } from 'node:crypto'
import { CustomerRegistered, VehicleRegistered } from '@forecourt/contracts/customer-vehicle-events'
import { ServiceCenterOpened, UserCreated } from '@forecourt/contracts/identity-events'
import { ItemAdded } from '@forecourt/contracts/inventory-events'
import { eventually } from './eventually.ts'
import { centerFact, customerFact, vehicleFact } from './facts.ts'
import { asha, dev, mumbai, nikhil, priya, pune, ravi, type Person } from './people.ts'
import { publish } from './publish.ts'
import type { Stack } from './stack.ts'

export interface Visitor {
  customerId: string
  vehicleId: string
}

/** Waits until the workshop knows Pune and Mumbai. */
export async function knowWorkshops(stack: Stack): Promise<void> {
  await publish(stack, ServiceCenterOpened, centerFact())
  const other = { serviceCenterId: mumbai, code: 'MUM', name: 'Forecourt Mumbai' }
  await publish(stack, ServiceCenterOpened, centerFact(other))
  await eventually('two centers', async () => {
    const { rowCount } = await stack.admin.query('select from service_center')
    return rowCount === 2
  })
}

/** Says that a customer of Pune was registered with a vehicle, and waits for nothing. */
export async function registerVisitor(
  stack: Stack,
  changes: Parameters<typeof customerFact>[0] = {},
): Promise<Visitor> {
  const customer = customerFact({ customerId: randomUUIDv7(), ...changes })
  const vehicle = vehicleFact(customer.customerId)
  await publish(stack, CustomerRegistered, customer)
  await publish(stack, VehicleRegistered, vehicle)
  return { customerId: customer.customerId, vehicleId: vehicle.vehicleId }
}

export interface Requested {
  id: string
  version: number
  status: string
  available: string[]
  requestNumber: string
  [field: string]: unknown
}

/** Asha asks for work on the vehicle of a customer. */
export function askForWork(
  stack: Stack,
  visitor: Visitor,
  { as = asha, ...body }: { as?: Person } & Record<string, unknown> = {},
) {
  return stack.call<Requested>('POST /workshop/service-requests', {
    as,
    body: { serviceCenterId: pune, ...visitor, ...body },
  })
}

/** Says who repairs at Pune, and at Mumbai, as identity would. */
export async function knowStaff(stack: Stack): Promise<void> {
  const people: [Person, string[]][] = [
    [ravi, [pune]],
    [dev, [pune]],
    [nikhil, [mumbai]],
    [asha, [pune]],
  ]
  for (const [{ userId, role }, serviceCenterIds] of people) {
    const contact = { fullName: null, email: null, phone: null }
    await publish(stack, UserCreated, {
      userId,
      role,
      status: 'active',
      serviceCenterIds,
      ...contact,
    })
  }
  await eventually('the staff', async () => {
    const { rowCount } = await stack.admin.query('select from staff')
    return rowCount === people.length
  })
}

export interface Card extends Requested {
  jobCardNumber: string
  services: { id: string; status: string }[]
  partsUsed: { itemId: string; quantity: number; unitPrice: number; total: number }[]
}

/** A card of an approved request, with one step of labour. */
export async function openCard(stack: Stack): Promise<Card> {
  const asked = await askForWork(stack, await registerVisitor(stack))
  const path = `/workshop/service-requests/${asked.data.id}` as const
  await stack.call(`PUT ${path}/approve`, { as: priya, body: {} })
  const { status, data, text } = await stack.call<Card>('POST /workshop/job-cards', {
    as: asha,
    body: {
      serviceRequestId: asked.data.id,
      services: [{ serviceType: 'regular', description: 'Brake service', price: 1_500 }],
    },
  })
  if (status !== 201) throw new Error(`The card was refused: ${text}`)
  return data
}

/** A card that Ravi has been given, and has begun. */
export async function startCard(stack: Stack): Promise<Card> {
  const { id } = await openCard(stack)
  const body = { assignedEngineer: ravi.userId }
  await stack.call(`PUT /workshop/job-cards/${id}/assign`, { as: priya, body })
  const { status, data, text } = await stack.call<Card>(`PUT /workshop/job-cards/${id}/start`, {
    as: ravi,
  })
  if (status !== 200) throw new Error(`The card was not started: ${text}`)
  return data
}

/** An item of the catalogue, as inventory would tell of it. */
export async function knowItem(stack: Stack): Promise<string> {
  const itemId = randomUUIDv7()
  await publish(stack, ItemAdded, {
    itemId,
    itemCode: `BRK-${itemId.slice(-6)}`,
    name: 'Brake pad',
    category: 'spare_part',
    unit: 'set',
    unitPriceMinor: 118_050,
    currency: 'INR',
    hsnCode: '870830',
    taxRate: 18,
    isDiscontinued: false,
  })
  await eventually('an item', async () => {
    const { rowCount } = await stack.admin.query('select from item where id = $1', [itemId])
    return rowCount === 1
  })
  return itemId
}
