import { InvoiceChanged } from '@forecourt/contracts/billing-events'
import { MOST_MINOR } from '@forecourt/contracts/money'
import { fieldProblem, problem } from '@forecourt/platform/problem'
import { changeRow, lockRow } from '@forecourt/platform/row'
import { given } from '@forecourt/platform/table'
import { dayOf } from '../tax/jurisdiction.ts'
import {
  amountTooLarge,
  insertLines,
  oneCenter,
  refuseUnknownPlace,
  termsOf,
} from './draft.queries.ts'
import { type ChangeInvoice, CustomerDetails, type InvoiceRow } from './invoice.ts'
import {
  type ChangeLine,
  type DraftLine,
  draftLineOf,
  type InvoiceLineRow,
  isBounded,
  isNew,
  isSound,
  MOST_LINES,
} from './invoice-line.ts'
import { detailsOf, linesOf, sealedDetails, tell, type Writing } from './invoice.queries.ts'
import { placeOf, priceInvoice, type Terms } from './pricing.ts'

type Changing = Writing & { expectedVersion: number | undefined; was(before: object): void }

/**
 * Changes a draft and prices it anew. Throws `state_forbids` once it is issued, `amount_too_large`,
 * and 422 for a line or a place that is not to be had.
 */
export async function changeDraft(
  context: Changing,
  id: string,
  body: ChangeInvoice,
): Promise<void> {
  const { db, emit, now } = context
  const draft = await lockRow<InvoiceRow>(context, 'invoice', id)
  if (draft.status !== 'draft') throw problem('state_forbids', { status: draft.status })
  const [center, before] = await Promise.all([
    oneCenter(db, draft.serviceCenterId),
    linesOf(db, id),
  ])
  if (!center) throw problem('not_found')
  const terms = termsOf(context, center)
  const { kept, added } = mergedLines(before, body.items ?? [], terms, now)
  const details = CustomerDetails.parse({ ...detailsOf(context, draft), ...body.customerDetails })
  const place = placeAfter(terms, draft, body, details)
  const priced = priceInvoice(terms, place, [...kept, ...added])
  // What a job card came to may be more; that can still be told of, and be made less.
  const most = Math.max(MOST_MINOR, draft.totalMinor)
  if (priced.totals.totalMinor > most) throw amountTooLarge(terms)
  await db.deleteFrom('invoiceLine').where('invoiceId', '=', id).execute()
  const lines = await insertLines(db, draft, priced.lines)
  const changed = await changeRow<InvoiceRow>(context, 'invoice', draft, {
    ...given({ notes: body.notes, dueDate: body.dueDate }),
    ...priced.totals,
    placeOfSupply: place,
    customerDetails: sealedDetails(context, id, details),
  })
  tell(emit, InvoiceChanged, changed, lines)
}

/** What is said wins; a place that was said before is kept until the customer's changes. */
function placeAfter(
  terms: Terms,
  draft: InvoiceRow,
  { placeOfSupply, customerDetails }: ChangeInvoice,
  details: CustomerDetails,
): string {
  refuseUnknownPlace(terms, placeOfSupply)
  if (placeOfSupply) return placeOfSupply
  const isMoved = placeOfSupply === null || customerDetails?.address || customerDetails?.gstNumber
  return isMoved ? placeOf(terms, details) : draft.placeOfSupply
}

interface Merged {
  kept: (DraftLine & { id: string })[]
  added: (DraftLine & { id?: string })[]
}

/** Lines of the body change those that are there, drop them, or come after them. */
function mergedLines(
  before: InvoiceLineRow[],
  items: ChangeLine[],
  terms: Terms,
  now: string,
): Merged {
  const changes = new Map(items.map((item) => [item.id, item]))
  const known = new Set(before.map(({ id }) => id))
  if (items.some(({ id }) => id && !known.has(id))) {
    throw fieldProblem('items', 'There is no such line')
  }
  const kept = before
    .filter(({ id }) => !changes.get(id)?.remove)
    .map((line) => ({ ...line, ...columnsOf(changes.get(line.id) ?? {}) }))
  const day = dayOf(terms.jurisdiction, now)
  const added = items.filter(isNew).map((item) => draftLineOf(item, terms.jurisdiction, day))
  const said = [...kept.filter(({ id }) => changes.has(id)), ...added]
  if (!said.every(isBounded)) throw amountTooLarge(terms)
  if (!said.every(isSound)) {
    throw fieldProblem('items', 'The discount must not be more than the price of the line')
  }
  if (kept.length + added.length > MOST_LINES) {
    throw fieldProblem('items', `Must be at most ${MOST_LINES} lines`)
  }
  return { kept, added }
}

function columnsOf(change: ChangeLine) {
  return given({
    type: change.type,
    description: change.description,
    itemId: change.itemId,
    taxCode: change.taxCode,
    quantityMilli: change.quantity,
    unit: change.unit,
    unitPriceMinor: change.unitPrice,
    discountMinor: change.discount,
    taxRateBp: change.taxRate,
  })
}
