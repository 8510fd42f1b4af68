import { randomUUIDv7 } from 'node:crypto'
import type { EventContract } from '@forecourt/contracts/event'
import {
  ServiceRequestApproved,
  ServiceRequestCancelled,
  ServiceRequestChanged,
  ServiceRequestCompleted,
  ServiceRequestOpened,
  ServiceRequestRejected,
  ServiceRequestScheduled,
  ServiceRequestStarted,
} from '@forecourt/contracts/workshop-events'
import { documentNumber } from '@forecourt/platform/document-number'
import { available, machine } from '@forecourt/platform/machine'
import { isCustomer, isOfAllCenters, type Me } from '@forecourt/platform/me'
import type { Emit } from '@forecourt/platform/outbox'
import { fieldProblem, problem } from '@forecourt/platform/problem'
import { given } from '@forecourt/platform/table'
import { waitForNoun } from '@forecourt/platform/wait-for-noun'
import type { Kysely } from 'kysely'
import type { z } from 'zod'
import type { Means, Tables, Writing } from '../db.ts'
import {
  columnsOf,
  stateOf,
  VisitAddress,
  type OpenServiceRequest,
  type ServiceRequest,
  type ServiceRequestRow,
} from './service-request.ts'

export const lifecycle = machine<ServiceRequestRow>()({
  states: ['pending', 'approved', 'scheduled', 'in_progress', 'completed', 'rejected', 'cancelled'],
  start: 'pending',
  moves: {
    approve: {
      from: ['pending'],
      to: 'approved',
      may: 'service_request.approve',
      says: ServiceRequestApproved,
    },
    reject: {
      from: ['pending'],
      to: 'rejected',
      may: 'service_request.approve',
      says: ServiceRequestRejected,
    },
    schedule: {
      from: ['approved', 'scheduled'],
      to: 'scheduled',
      may: 'service_request.update',
      says: ServiceRequestScheduled,
    },
    start: {
      from: ['approved', 'scheduled'],
      to: 'in_progress',
      may: 'system',
      says: ServiceRequestStarted,
    },
    complete: {
      from: ['in_progress'],
      to: 'completed',
      may: 'system',
      says: ServiceRequestCompleted,
    },
    reopen: {
      from: ['in_progress'],
      to: 'approved',
      may: 'system',
      says: ServiceRequestChanged,
    },
    cancel: {
      from: ['pending', 'approved', 'scheduled'],
      to: 'cancelled',
      may: 'service_request.cancel',
      says: ServiceRequestCancelled,
    },
  },
})

type Asking = Means & Writing & { me: Me }

/** Who the request is of, of which vehicle, and where the work will be done. */
export interface Parties {
  customerId: string
  vehicleId: string
  serviceCenterId: string
}

/**
 * Finds the customer and the vehicle, which may have been registered in this very second. Throws
 * `not_found`, `vehicle_of_another` and `customer_not_linked`, and 422 for a center that is not to
 * be chosen.
 */
export async function partiesOf(
  { db, me }: { db: Kysely<Tables>; me: Me },
  { body }: { body: OpenServiceRequest },
): Promise<Parties> {
  const { customerId, vehicleId } = body
  const [customer, vehicle] = await Promise.all([
    waitForNoun(customerId, () => findCustomer(db, customerId)),
    waitForNoun(vehicleId, () =>
      db.selectFrom('vehicle').selectAll().where('id', '=', vehicleId).executeTakeFirst(),
    ),
  ])
  if (!customer || !vehicle) throw problem('not_found')
  if (vehicle.customerId !== customer.id) throw problem('vehicle_of_another')
  refuseForeignCenter(me, body.serviceCenterId)
  const serviceCenterId = body.serviceCenterId ?? me.centers[0] ?? vehicle.serviceCenterIds[0]
  if (!serviceCenterId || !customer.serviceCenterIds.includes(serviceCenterId)) {
    throw problem('customer_not_linked')
  }
  return { customerId: customer.id, vehicleId, serviceCenterId }
}

/** Staff opens requests at its own centers; a customer, wherever it is served. */
function refuseForeignCenter(me: Me, id: string | null | undefined): void {
  if (!id || isCustomer(me) || isOfAllCenters(me) || me.centers.includes(id)) return
  throw fieldProblem('serviceCenterId', 'Choose one of your own service centers')
}

/** A customer by the own id, or by that of the account, which is all that a customer may know. */
function findCustomer(db: Kysely<Tables>, id: string) {
  return db
    .selectFrom('customer')
    .selectAll()
    .where((eb) => eb.or([eb('id', '=', id), eb('accountId', '=', id)]))
    .executeTakeFirst()
}

/**
 * Opens a request; a manager of the center is to approve it. Throws `not_found` for a customer who
 * was erased meanwhile; an erasure that comes later waits for this request, and calls it off.
 */
export async function insertServiceRequest(
  { db, emit, me, personal }: Asking,
  { serviceCenterId: _serviceCenterId, ...body }: OpenServiceRequest,
  parties: Parties,
): Promise<ServiceRequestRow> {
  const customers = db.selectFrom('customer').select('id').where('id', '=', parties.customerId)
  if (!(await customers.forKeyShare().executeTakeFirst())) throw problem('not_found')
  const id = randomUUIDv7()
  const { requestType, serviceType, priority, serviceLocation } = body
  const kind = { requestType, serviceType, priority, serviceLocation }
  const request = await db
    .insertInto('serviceRequest')
    .values({
      ...given(columnsOf(body)),
      ...kind,
      currency: 'INR',
      requestNumber: documentNumber('SR', 'service_request_number'),
      ...parties,
      id,
      address: sealedAddress({ personal }, id, body.address) ?? null,
      status: lifecycle.start,
      requestedBy: me.userId,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  tell(emit, ServiceRequestOpened, request)
  return request
}

export function tell(emit: Emit, contract: EventContract, request: ServiceRequestRow): void {
  emit(contract, request.version, stateOf(request))
}

/** Undefined when no address is named, null when it is cleared. */
export function sealedAddress(
  { personal }: Pick<Means, 'personal'>,
  id: string,
  address: VisitAddress | null | undefined,
): string | null | undefined {
  return address ? personal.seal(JSON.stringify(address), placeOf(id)) : address
}

function openedAddress({ personal }: Pick<Means, 'personal'>, id: string, sealed: string) {
  return VisitAddress.parse(JSON.parse(personal.open(sealed, placeOf(id))))
}

function placeOf(id: string) {
  return { table: 'service_request', column: 'address', id }
}

/** Requests with what a person reads of them: whose they are, and of which vehicle. */
export function selectServiceRequests(db: Kysely<Tables>) {
  const requests = db
    .selectFrom('serviceRequest')
    .leftJoin('customer', 'customer.id', 'serviceRequest.customerId')
    .leftJoin('vehicle', 'vehicle.id', 'serviceRequest.vehicleId')
    .selectAll('serviceRequest')
    .select(['customer.fullName', 'vehicle.plate', 'vehicle.brand', 'vehicle.model'])
  return db.selectFrom(requests.as('request')).selectAll()
}

type Read = ServiceRequestRow & {
  fullName: string | null
  plate: string | null
  brand: string | null
  model: string | null
}

export async function oneServiceRequest(context: Reading, id: string) {
  const row = await selectServiceRequests(context.db).where('id', '=', id).executeTakeFirst()
  if (!row) throw problem('not_found')
  return shownServiceRequest(row, context)
}

type Reading = Means & { db: Kysely<Tables>; me: Me }

export function shownServiceRequest(
  { fullName, plate, brand, model, estimatedCostMinor, address, ...request }: Read,
  { personal, me }: Means & { me: Me },
): z.output<typeof ServiceRequest> {
  const { id, customerId, vehicleId } = request
  const customer = { table: 'customer', column: 'full_name', id: customerId }
  const vehicle = { table: 'vehicle', column: 'plate', id: vehicleId }
  const whole = { ...request, estimatedCostMinor, address }
  return {
    ...request,
    address: address === null ? null : openedAddress({ personal }, id, address),
    estimatedCost: estimatedCostMinor,
    customerName: fullName && personal.open(fullName, customer),
    vehicleNumber: plate && personal.open(plate, vehicle),
    vehicle: brand && model ? { make: brand, model } : null,
    available: available(lifecycle, whole, me.may),
  }
}
