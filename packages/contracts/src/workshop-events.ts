import { z } from 'zod'
import { event, Id, Instant, Sealed } from './event.ts'

const Minor = z.number().int()
const Center = Id.describe('The service center that does the work.')
const Customer = Id.describe('The customer.')
const Vehicle = Id.describe('The vehicle.')
const Currency = z.string().describe('ISO 4217 code of the amounts: INR.')
const SacCode = z.string().nullable().describe('SAC code of the service, where it has one.')
const TaxRate = z.number().describe('Tax rate in percent.')
const Day = z.string().nullable()

/** Every event of a service request carries its whole public state. */
export const ServiceRequestState = z.object({
  serviceRequestId: Id.describe('The service request.'),
  requestNumber: z.string().describe('Its number, for people: SR-000123.'),
  customerId: Customer,
  vehicleId: Vehicle,
  serviceCenterId: Center,
  requestType: z.string().describe('service, spare_part or home_service; more may come.'),
  serviceType: z.string().describe('regular, repair, inspection or emergency; more may come.'),
  priority: z.string().describe('low, medium, high or urgent.'),
  serviceLocation: z.string().describe('service_station or home.'),
  status: z
    .string()
    .describe(
      'pending, approved, scheduled, in_progress, completed, rejected or cancelled; more may come.',
    ),
  preferredDate: Day.describe('Day that the customer asked for, YYYY-MM-DD.'),
  preferredTime: z.string().nullable().describe("Time of that day, HH:mm in the center's zone."),
  scheduledDate: Day.describe('Day that was agreed, YYYY-MM-DD.'),
  scheduledTime: z.string().nullable().describe("Time of that day, HH:mm in the center's zone."),
  estimatedCostMinor: Minor.nullable().describe('What it may cost, in minor units.'),
  currency: Currency,
  requestedBy: Id.nullable().describe('The account that opened it.'),
})

const request = (about: string) =>
  ({ key: 'serviceRequestId', about, data: ServiceRequestState }) as const

export const ServiceRequestOpened = event(
  'workshop.service-request.opened.v1',
  request('Somebody asked for work on a vehicle; a manager is to approve it.'),
)
export const ServiceRequestChanged = event(
  'workshop.service-request.changed.v1',
  request('The particulars of a service request were changed.'),
)
export const ServiceRequestApproved = event(
  'workshop.service-request.approved.v1',
  request('A manager approved a service request.'),
)
export const ServiceRequestRejected = event(
  'workshop.service-request.rejected.v1',
  request('A manager rejected a service request.'),
)
export const ServiceRequestScheduled = event(
  'workshop.service-request.scheduled.v1',
  request('A day was agreed for a service request.'),
)
export const ServiceRequestStarted = event(
  'workshop.service-request.started.v1',
  request('A job card or a visit was opened for a service request.'),
)
export const ServiceRequestCompleted = event(
  'workshop.service-request.completed.v1',
  request('The work of a service request is done.'),
)
export const ServiceRequestCancelled = event(
  'workshop.service-request.cancelled.v1',
  request('A service request was called off.'),
)

/** What is ever told of a service request: whoever keeps a copy of it hears all of them. */
export const serviceRequestEvents = [
  ServiceRequestOpened,
  ServiceRequestChanged,
  ServiceRequestApproved,
  ServiceRequestRejected,
  ServiceRequestScheduled,
  ServiceRequestStarted,
  ServiceRequestCompleted,
  ServiceRequestCancelled,
]

const ServiceLine = z.object({
  lineId: Id.describe('The line of the job card.'),
  serviceType: z.string().describe('What kind of work it is.'),
  description: z.string().describe('What is done.'),
  status: z.string().describe('pending, in_progress, completed or skipped; more may come.'),
  estimatedTime: z.number().nullable().describe('Hours that it should take.'),
  actualTime: z.number().nullable().describe('Hours that it took.'),
  priceMinor: Minor.describe('Price before tax, in minor units.'),
  sacCode: SacCode,
  taxRate: TaxRate,
})

const AdditionalServiceLine = z.object({
  lineId: Id.describe('The line of the job card.'),
  description: z.string().describe('What should be done beside what was ordered.'),
  costMinor: Minor.describe('Price before tax, in minor units.'),
  sacCode: SacCode,
  taxRate: TaxRate,
  decision: z.string().describe('pending, approved or rejected.'),
})

const PartLine = z.object({
  lineId: Id.describe('The line of the parts request.'),
  itemId: Id.describe('The item of the catalogue.'),
  description: z.string().describe('Name of the item.'),
  unit: z.string().describe('Unit in which it is counted.'),
  quantity: z.number().describe('How much was used, with at most three decimals.'),
  unitPriceMinor: Minor.describe('Price of one unit before tax when it was reserved.'),
  hsnCode: z.string().nullable().describe('HSN code of the item, where it has one.'),
  taxRate: TaxRate,
  isWarranty: z.boolean().describe('Whether it is under warranty: a line at price 0.'),
  warrantyNumber: z.string().nullable().describe('Number of the warranty, if it has one.'),
})

/** Every event of a job card carries its whole public state; notes are nobody else's. */
export const JobCardState = z.object({
  jobCardId: Id.describe('The job card.'),
  jobCardNumber: z.string().describe('Its number, for people: JC-000123.'),
  serviceRequestId: Id.describe('The service request that it answers.'),
  customerId: Customer,
  vehicleId: Vehicle,
  serviceCenterId: Center,
  status: z
    .string()
    .describe(
      'created, inspected, assigned, in_progress, waiting_parts, waiting_customer_approval, ' +
        'completed, delivered or cancelled; more may come.',
    ),
  isHomeService: z.boolean().describe("Whether it is done at the customer's home."),
  assignedEngineer: Id.nullable().describe('The account of who does it.'),
  odometerReading: z.number().nullable().describe('Kilometres at the inspection.'),
  currency: Currency,
  services: z.array(ServiceLine).describe('What was ordered.'),
  additionalServices: z.array(AdditionalServiceLine).describe('What was proposed meanwhile.'),
  partsUsed: z.array(PartLine).describe('What went into the vehicle; empty before completion.'),
  paymentStatus: z.string().describe('pending, partial, paid or refunded.'),
  invoiceId: Id.nullable().describe('Its invoice, when there is one.'),
})

const card = (about: string) => ({ key: 'jobCardId', about, data: JobCardState }) as const

export const JobCardCreated = event(
  'workshop.job-card.created.v1',
  card('A job card was opened for a service request.'),
)
export const JobCardChanged = event(
  'workshop.job-card.changed.v1',
  card('Steps, times or other particulars of a job card were changed.'),
)
export const JobCardInspected = event('workshop.job-card.inspected.v1', {
  ...card('The vehicle was inspected before the work.'),
  data: JobCardState.extend({
    photoFileIds: z.array(Id).optional().describe('Photos of the inspection: ids of their files.'),
  }),
})
export const JobCardAssigned = event(
  'workshop.job-card.assigned.v1',
  card('An engineer was assigned to a job card.'),
)
export const JobCardStarted = event('workshop.job-card.started.v1', card('The work began.'))
export const JobCardPartsAwaited = event(
  'workshop.job-card.parts-awaited.v1',
  card('Parts of a job card are short; it waits for them.'),
)
export const JobCardPartsArrived = event(
  'workshop.job-card.parts-arrived.v1',
  card('The parts that a job card waited for are there; it goes on where it was.'),
)
export const JobCardApprovalAsked = event(
  'workshop.job-card.approval-asked.v1',
  card('The customer is asked to approve additional services.'),
)
export const JobCardApprovalDecided = event(
  'workshop.job-card.approval-decided.v1',
  card('The additional services were approved or rejected.'),
)
export const JobCardCompleted = event(
  'workshop.job-card.completed.v1',
  card('The work is done; parts, services and prices are final.'),
)
export const JobCardDelivered = event(
  'workshop.job-card.delivered.v1',
  card('The vehicle was handed over to the customer.'),
)
export const JobCardCancelled = event(
  'workshop.job-card.cancelled.v1',
  card('A job card was called off; its parts go back.'),
)
export const JobCardBilled = event(
  'workshop.job-card.billed.v1',
  card('The invoice of a job card, or its payment status, changed.'),
)

/** What is ever told of a job card: whoever keeps a copy of it hears all of them. */
export const jobCardEvents = [
  JobCardCreated,
  JobCardChanged,
  JobCardInspected,
  JobCardAssigned,
  JobCardStarted,
  JobCardPartsAwaited,
  JobCardPartsArrived,
  JobCardApprovalAsked,
  JobCardApprovalDecided,
  JobCardCompleted,
  JobCardDelivered,
  JobCardCancelled,
  JobCardBilled,
]

export const LinkRequested = event('workshop.link.requested.v1', {
  key: 'linkId',
  about: 'A signed link is to be brought to a customer.',
  data: z.object({
    linkId: Id.describe('The link.'),
    purpose: z.string().describe('approval or feedback; more may come.'),
    subjectId: Id.describe('The thing that the link is about.'),
    jobCardId: Id.describe('The job card that it belongs to.'),
    customerId: Customer,
    serviceCenterId: Center,
    token: Sealed.describe('The secret part of the link.'),
    expiresAt: Instant.describe('When the link is of no use any more.'),
  }),
})
