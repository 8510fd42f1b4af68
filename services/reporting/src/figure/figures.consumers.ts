import type { Projection } from '@forecourt/platform/projection'
import type { Tables } from '../db.ts'
import { invoices } from '../invoice/invoice.consumers.ts'
import { jobCards } from '../job-card/job-card.consumers.ts'
import { partsRequests } from '../parts-request/parts-request.consumers.ts'
import { serviceRequests } from '../service-request/service-request.consumers.ts'
import { stockAlerts } from '../stock-alert/stock-alert.consumers.ts'
import { vehicles } from '../vehicle/vehicle.consumers.ts'

/** All that dashboards count, in one projection, so that it is counted anew in one go. */
export const figures: Projection<Tables, object> = {
  name: 'figures',
  tables: [
    'figure',
    'figure_day',
    'invoice',
    'job_card',
    'parts_request',
    'service_request',
    'stock_alert',
    'vehicle',
  ],
  subscriptions: (generation) => [
    ...invoices(generation),
    ...jobCards(generation),
    ...partsRequests(generation),
    ...serviceRequests(generation),
    ...stockAlerts(generation),
    ...vehicles(generation),
  ],
}
