import { randomUUIDv7 } from 'node:crypto'
import { InvoiceDrafted } from '@forecourt/contracts/billing-events'
import { MOST_MINOR } from '@forecourt/contracts/money'
import { isOfAllCenters, type Me } from '@forecourt/platform/me'
import { fieldProblem, problem, type Problem } from '@forecourt/platform/problem'
import type { Kysely } from 'kysely'
import type { CustomerRow } from '../customer/customer.ts'
import type { Means, Tables } from '../db.ts'
import { jurisdictionOf } from '../tax/country.ts'
import { dayOf } from '../tax/jurisdiction.ts'
import type { ServiceCenterRow } from '../service-center/service-center.ts'
import { CustomerDetails, type DraftInvoice, type InvoiceRow, type Supplier } from './invoice.ts'
import {
  type DraftLine,
  draftLineOf,
  type InvoiceLineRow,
  type LineAmounts,
} from './invoice-line.ts'
import { lifecycle, sealedDetails, tell, type Writing } from './invoice.queries.ts'
import { isPlace, placeOf, priceInvoice, type Terms } from './pricing.ts'

export interface Drafting {
  center: ServiceCenterRow
  customerId: string | null
  details: CustomerDetails
  jobCardId: string | null
  placeOfSupply: string | null
  dueDate: string | null
  notes: string | null
  lines: DraftLine[]
  createdBy: string | null
}

/** Drafts an invoice; undefined when its job card has one that was not cancelled. */
export async function insertDraft(
  context: Writing,
  { center, details, lines, placeOfSupply, ...columns }: Drafting,
): Promise<InvoiceRow | undefined> {
  const { db, emit } = context
  const id = randomUUIDv7()
  const terms = termsOf(context, center)
  const priced = priceInvoice(terms, placeOfSupply ?? placeOf(terms, details), lines)
  const invoice = await db
    .insertInto('invoice')
    .values({
      ...columns,
      ...priced.totals,
      id,
      serviceCenterId: center.id,
      customerDetails: sealedDetails(context, id, details),
      country: terms.jurisdiction.country,
      currency: terms.jurisdiction.currency,
      placeOfSupply: priced.placeOfSupply,
      paidMinor: 0,
      status: lifecycle.start,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  if (!invoice) return undefined
  const rows = await insertLines(db, invoice, priced.lines)
  tell(emit, InvoiceDrafted, invoice, rows)
  return invoice
}

/** All lines in one statement, in their order; those that have an id keep it. */
export async function insertLines(
  db: Kysely<Tables>,
  { id, serviceCenterId }: Pick<InvoiceRow, 'id' | 'serviceCenterId'>,
  lines: readonly (DraftLine & LineAmounts & { id?: string })[],
): Promise<InvoiceLineRow[]> {
  if (lines.length === 0) return []
  const rows = lines.map((line, place) => ({
    ...line,
    id: line.id ?? randomUUIDv7(),
    invoiceId: id,
    serviceCenterId,
    position: place + 1,
  }))
  const written = await db.insertInto('invoiceLine').values(rows).returningAll().execute()
  return written.toSorted((a, b) => a.position - b.position)
}

/** The law of the center's country, and the center as it supplies. */
export function termsOf({ settingOf }: Pick<Means, 'settingOf'>, center: ServiceCenterRow): Terms {
  return {
    jurisdiction: jurisdictionOf(center.country),
    supplier: supplierOf(center),
    roundsOff: settingOf('invoiceRoundOff'),
  }
}

function supplierOf(center: ServiceCenterRow): Supplier {
  const { name, gstin, street, city, state, pinCode, country } = center
  return { name, gstin, street, city, state, pinCode, country }
}

/** A customer as an invoice names one. */
export function detailsOfCustomer(
  { personal }: Pick<Means, 'personal'>,
  { id, fullName, phone, email, city, state, pinCode }: CustomerRow,
): CustomerDetails {
  const opened = (value: string, column: string) =>
    personal.open(value, { table: 'customer', column, id })
  return {
    name: opened(fullName, 'full_name'),
    phone: opened(phone, 'phone'),
    email: email && opened(email, 'email'),
    // Whoever opened an account by a phone alone has told no address yet.
    address: { city: city || null, state: state || null, zipCode: pinCode || null },
  }
}

type Asking = Writing & { me: Me }

/**
 * Drafts what somebody wrote by hand. Throws `customer_not_linked`, `amount_too_large`, and 422 for
 * a center or place that is not to be chosen.
 */
export async function draftByHand(context: Asking, body: DraftInvoice): Promise<InvoiceRow> {
  const { me, now } = context
  const customer = body.customerId ? await customerOf(context, body.customerId) : undefined
  const center = await ownCenter(context, body.serviceCenterId ?? me.centers[0] ?? null)
  if (customer && !customer.serviceCenterIds.includes(center.id)) {
    throw problem('customer_not_linked')
  }
  const terms = termsOf(context, center)
  const known = customer ? detailsOfCustomer(context, customer) : undefined
  refuseUnknownPlace(terms, body.placeOfSupply)
  const { jurisdiction } = terms
  const invoice = await insertDraft(context, {
    center,
    customerId: customer?.id ?? null,
    details: CustomerDetails.parse({ ...known, ...body.customerDetails }),
    jobCardId: null,
    placeOfSupply: body.placeOfSupply ?? null,
    dueDate: body.dueDate ?? null,
    notes: body.notes ?? null,
    lines: body.items.map((item) => draftLineOf(item, jurisdiction, dayOf(jurisdiction, now))),
    createdBy: me.userId,
  })
  if (!invoice) throw problem('already_exists')
  if (invoice.totalMinor > MOST_MINOR) throw amountTooLarge(terms)
  return invoice
}

export function amountTooLarge({ jurisdiction }: Terms): Problem {
  return problem('amount_too_large', { most: `${MOST_MINOR / 100} ${jurisdiction.currency}` })
}

export function refuseUnknownPlace(terms: Terms, place: string | null | undefined): void {
  if (place && !isPlace(terms, place)) {
    throw fieldProblem('placeOfSupply', 'Must be a state or union territory')
  }
}

async function customerOf({ db }: { db: Kysely<Tables> }, id: string): Promise<CustomerRow> {
  const customer = await knownCustomer(db, id)
  if (!customer) throw problem('not_found')
  return customer
}

/** A customer for whom something is drafted: until that is done, nobody erases them here. */
export function knownCustomer(db: Kysely<Tables>, id: string): Promise<CustomerRow | undefined> {
  const customers = db.selectFrom('customer').selectAll().where('id', '=', id)
  return customers.forKeyShare().executeTakeFirst()
}

async function ownCenter(
  { db, me }: { db: Kysely<Tables>; me: Me },
  id: string | null,
): Promise<ServiceCenterRow> {
  if (!id || (!isOfAllCenters(me) && !me.centers.includes(id))) {
    throw fieldProblem('serviceCenterId', 'Choose one of your own service centers')
  }
  const center = await oneCenter(db, id)
  if (!center) throw fieldProblem('serviceCenterId', 'Choose a service center from the list')
  return center
}

export function oneCenter(db: Kysely<Tables>, id: string): Promise<ServiceCenterRow | undefined> {
  return db.selectFrom('serviceCenter').selectAll().where('id', '=', id).executeTakeFirst()
}
