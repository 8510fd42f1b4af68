import { invoiceEvents } from '@forecourt/contracts/billing-events'
import { jobCardEvents, serviceRequestEvents } from '@forecourt/contracts/workshop-events'
import { consumer, replica } from '../db.ts'
import { over } from './open-matter.ts'

/** Keeps what is open of each customer, and what was. */
export const openMatters = consumer('open-matters', [
  ...replica('openMatter', serviceRequestEvents, (request) => ({
    kind: 'service request',
    number: request.requestNumber,
    customerId: request.customerId,
    serviceCenterId: request.serviceCenterId,
    isOpen: !over.serviceRequest.includes(request.status),
  })),
  ...replica('openMatter', jobCardEvents, (card) => ({
    kind: 'job card',
    number: card.jobCardNumber,
    customerId: card.customerId,
    serviceCenterId: card.serviceCenterId,
    isOpen: !over.jobCard.includes(card.status),
  })),
  ...replica('openMatter', invoiceEvents, (invoice) => ({
    kind: 'invoice',
    number: invoice.invoiceNumber,
    customerId: invoice.customerId,
    serviceCenterId: invoice.serviceCenterId,
    isOpen: !over.invoice.includes(invoice.status),
  })),
])
