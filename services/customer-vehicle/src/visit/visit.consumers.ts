import * as billing from '@forecourt/contracts/billing-events'
import type { DataOf, EventContract } from '@forecourt/contracts/event'
import * as workshop from '@forecourt/contracts/workshop-events'
import { json } from '@forecourt/platform/table'
import { consumer, on } from '../db.ts'
import { followVisits } from './visit.queries.ts'
import { totalOf, VisitRow } from './visit.ts'

type Told = DataOf<typeof workshop.JobCardInspected>

const Lines = VisitRow.pick({ services: true, additionalServices: true, partsUsed: true })

function visitOf(told: Told) {
  const { jobCardId: id, invoiceId: _, photoFileIds: __, ...card } = told
  const lines = Lines.parse(card)
  const { services, additionalServices, partsUsed } = lines
  return {
    ...card,
    id,
    services: json(services),
    additionalServices: json(additionalServices),
    partsUsed: json(partsUsed),
    totalMinor: totalOf(lines),
  }
}

/** Which date of the visit an event of its job card is. */
const dates = new Map<EventContract, string>([
  [workshop.JobCardCreated, 'openedAt'],
  [workshop.JobCardCompleted, 'completedAt'],
  [workshop.JobCardDelivered, 'deliveredAt'],
])

/** Keeps the visits of vehicles; the vehicle is in service for as long as one of them lasts. */
export const visits = consumer(
  'visits',
  workshop.jobCardEvents.map((contract) =>
    on(contract, async (context, told) => {
      const date = dates.get(contract)
      const { sequence: version, time } = context.event
      const visit = { ...visitOf(told), ...(date && { [date]: time }), version }
      const kept = await context.db
        .insertInto('visit')
        .values({ openedAt: time, ...visit })
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet(visit).where('visit.version', '<', version),
        )
        .returning('id')
        .executeTakeFirst()
      if (kept) await followVisits(context, told, time)
    }),
  ),
)

/** What visits were billed with. */
export const visitInvoices = consumer(
  'visit-invoices',
  [
    billing.InvoiceIssued,
    billing.InvoiceSettled,
    billing.InvoiceOverdue,
    billing.InvoiceCancelled,
  ].map((contract) =>
    on(contract, async ({ db, event }, told) => {
      const { jobCardId, invoiceNumber, serviceCenterId, invoiceDate, status, totalMinor } = told
      if (jobCardId === null || invoiceNumber === null) return
      const of = { jobCardId, serviceCenterId, invoiceNumber, invoiceDate }
      const { sequence: version } = event
      const invoice = { ...of, status, totalMinor, version }
      await db
        .insertInto('visitInvoice')
        .values({ id: told.invoiceId, ...invoice })
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet(invoice).where('visitInvoice.version', '<', version),
        )
        .execute()
    }),
  ),
)
