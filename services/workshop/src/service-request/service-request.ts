import { Day } from '@forecourt/contracts/day'
import { Amount, GivenAmount } from '@forecourt/contracts/money'
import { z } from 'zod'

/** Work on a vehicle that somebody asked for. */
export const ServiceRequestRow = z.object({
  id: z.uuid(),
  requestNumber: z.string(),
  customerId: z.uuid(),
  vehicleId: z.uuid(),
  serviceCenterId: z.uuid(),
  requestType: z.enum(['service', 'spare_part', 'home_service']),
  serviceType: z.enum(['regular', 'repair', 'inspection', 'emergency']),
  description: z.string().nullable(),
  priority: z.enum(['low', 'medium', 'high', 'urgent']),
  serviceLocation: z.enum(['service_station', 'home']),
  /** The place of a home visit as sealed JSON. */
  address: z.string().nullable(),
  status: z.string(),
  preferredDate: z.string().nullable(),
  preferredTime: z.string().nullable(),
  scheduledDate: z.string().nullable(),
  scheduledTime: z.string().nullable(),
  estimatedCostMinor: z.number().int().nullable(),
  currency: z.string(),
  requestedBy: z.uuid().nullable(),
  approvedBy: z.uuid().nullable(),
  reason: z.string().nullable(),
  version: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type ServiceRequestRow = z.infer<typeof ServiceRequestRow>

const text = (max: number) => z.string().trim().min(1, 'Must not be empty').max(max)
const TimeOfDay = z
  .string()
  .regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'Must be a time such as 09:30')

/** Where somebody is visited. */
export const VisitAddress = z.object({
  street: text(200),
  city: text(80),
  state: text(80),
  zipCode: text(12).nullish(),
  country: text(60).nullish(),
})
export type VisitAddress = z.infer<typeof VisitAddress>

const Particulars = z.object({
  requestType: ServiceRequestRow.shape.requestType,
  serviceType: ServiceRequestRow.shape.serviceType,
  description: text(2_000).nullish(),
  priority: ServiceRequestRow.shape.priority,
  preferredDate: Day.nullish(),
  preferredTime: TimeOfDay.nullish(),
  serviceLocation: ServiceRequestRow.shape.serviceLocation,
  address: VisitAddress.nullish(),
  estimatedCost: GivenAmount.nullish(),
})

const atHome = { path: ['address'], error: 'Say where to come' }

export const OpenServiceRequest = Particulars.extend({
  customerId: z.uuid('Choose a customer'),
  vehicleId: z.uuid('Choose a vehicle'),
  requestType: Particulars.shape.requestType.default('service'),
  serviceType: Particulars.shape.serviceType.default('regular'),
  priority: Particulars.shape.priority.default('medium'),
  serviceLocation: Particulars.shape.serviceLocation.default('service_station'),
  /** Without it, the center of whoever asks, else one that serves the vehicle. */
  serviceCenterId: z.uuid('Choose a service center').nullish(),
}).refine((body) => body.serviceLocation !== 'home' || body.address, atHome)
export type OpenServiceRequest = z.infer<typeof OpenServiceRequest>

/** Absent means unchanged, null means cleared. */
export const ChangeServiceRequest = Particulars.partial().refine(
  (body) => body.serviceLocation !== 'home' || body.address !== null,
  atHome,
)
export type ChangeServiceRequest = z.infer<typeof ChangeServiceRequest>

/** The day that was agreed. Approving without one leaves the request to be scheduled. */
export const AgreeDay = z.object({ scheduledDate: Day, scheduledTime: TimeOfDay.nullish() })
export const ApproveServiceRequest = AgreeDay.partial()
export const Refuse = z.object({
  reason: z.string().trim().min(3, 'Say why in a few words').max(500),
})

export const ServiceRequest = ServiceRequestRow.omit({ estimatedCostMinor: true, address: true })
  .extend({
    address: VisitAddress.nullable(),
    estimatedCost: Amount.nullable(),
    /** Who and what it is about, for whoever reads a list. */
    customerName: z.string().nullable(),
    vehicleNumber: z.string().nullable(),
    vehicle: z.object({ make: z.string(), model: z.string() }).nullable(),
    /** What may be done with it next, by whoever asks. */
    available: z.array(z.string()),
  })
  .meta({ id: 'ServiceRequest' })

/** The state that every event of a request carries. */
export function stateOf(request: ServiceRequestRow) {
  return {
    serviceRequestId: request.id,
    requestNumber: request.requestNumber,
    customerId: request.customerId,
    vehicleId: request.vehicleId,
    serviceCenterId: request.serviceCenterId,
    requestType: request.requestType,
    serviceType: request.serviceType,
    priority: request.priority,
    serviceLocation: request.serviceLocation,
    status: request.status,
    preferredDate: request.preferredDate,
    preferredTime: request.preferredTime,
    scheduledDate: request.scheduledDate,
    scheduledTime: request.scheduledTime,
    estimatedCostMinor: request.estimatedCostMinor,
    currency: request.currency,
    requestedBy: request.requestedBy,
  }
}

/** The columns that a body names; its address is sealed first. */
export function columnsOf({ address: _address, estimatedCost, ...columns }: ChangeServiceRequest) {
  return { ...columns, estimatedCostMinor: estimatedCost }
}
