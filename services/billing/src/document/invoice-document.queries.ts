import { InvoiceDocumentRendered, InvoiceDocumentSent } from '@forecourt/contracts/billing-events'
import type { Emit } from '@forecourt/platform/outbox'
import { sleep } from '@forecourt/platform/pause'
import { problem } from '@forecourt/platform/problem'
import { changeRow, lockRow } from '@forecourt/platform/row'
import type { Kysely } from 'kysely'
import type { Means, Tables } from '../db.ts'
import { oneCenter, termsOf } from '../invoice/draft.queries.ts'
import type { InvoiceRow } from '../invoice/invoice.ts'
import { detailsOf, linesOf } from '../invoice/invoice.queries.ts'
import type { InvoiceDocumentRow } from './invoice-document.ts'
import { type PrintedInvoice, printedInvoice } from './printed-invoice.ts'

const PATIENCE_MS = 2_000
const LOOK_EVERY_MS = 50

type Reading = Means & { db: Kysely<Tables> }

/** An invoice as it stands on paper. Throws `not_found`. */
export async function invoiceOnPaper(context: Reading, id: string): Promise<PrintedInvoice> {
  const { db } = context
  const [invoice, lines] = await Promise.all([oneRow(db, id), linesOf(db, id)])
  const supplier = invoice.supplier ?? (await supplierNow(context, invoice.serviceCenterId))
  return printedInvoice(invoice, lines, supplier, detailsOf(context, invoice))
}

async function oneRow(db: Kysely<Tables>, id: string): Promise<InvoiceRow> {
  const row = await db.selectFrom('invoice').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw problem('not_found')
  return row
}

/** A draft is of the center as it is today. */
async function supplierNow(context: Reading, serviceCenterId: string) {
  const center = await oneCenter(context.db, serviceCenterId)
  if (!center) throw problem('not_found')
  return termsOf(context, center).supplier
}

/** Keeps the PDF of an issued invoice, and tells where it lies; a second one is dropped. */
export async function keepDocument(
  { db, emit, documents }: Reading & { emit: Emit },
  id: string,
  bytes: Buffer,
): Promise<void> {
  const invoice = await oneRow(db, id)
  const document = await db
    .insertInto('invoiceDocument')
    .values({
      id,
      serviceCenterId: invoice.serviceCenterId,
      storageKey: await documents.keep(bytes),
      bytes: bytes.length,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returningAll()
    .executeTakeFirst()
  if (document) emit(InvoiceDocumentRendered, document.version, stateOf(invoice, document))
}

function stateOf(invoice: InvoiceRow, { storageKey }: InvoiceDocumentRow) {
  const { id, invoiceNumber, customerId, serviceCenterId, totalMinor, currency } = invoice
  if (invoiceNumber === null) throw problem('state_forbids', { status: invoice.status })
  return {
    invoiceId: id,
    invoiceNumber,
    customerId,
    serviceCenterId,
    totalMinor,
    currency,
    storageKey,
  }
}

/** The stored PDF; undefined for what has no number and is rendered when it is asked for. */
export async function storedDocument(
  db: Kysely<Tables>,
  id: string,
): Promise<InvoiceDocumentRow | undefined> {
  const { invoiceNumber } = await oneRow(db, id)
  if (invoiceNumber === null) return undefined
  // Whoever issues an invoice and at once asks for its PDF must get it.
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(LOOK_EVERY_MS)) {
    const document = await db
      .selectFrom('invoiceDocument')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst()
    if (document) return document
  }
  throw problem('document_not_ready', { retryAfterS: 2 })
}

interface Sending {
  db: Kysely<Tables>
  emit: Emit
  expectedVersion: number | undefined
  was(before: object): void
}

/**
 * Asks for an issued invoice to be brought to its customer once more. One whose PDF is not there
 * yet is on its way already. Throws `state_forbids` for a draft.
 */
export async function sendDocument(context: Sending, id: string): Promise<void> {
  const { db, emit } = context
  const invoice = await lockRow<InvoiceRow>(context, 'invoice', id)
  if (invoice.invoiceNumber === null) throw problem('state_forbids', { status: invoice.status })
  const document = await db
    .selectFrom('invoiceDocument')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!document) return
  const sent = await changeRow<InvoiceDocumentRow>(context, 'invoiceDocument', document, {})
  emit(InvoiceDocumentSent, sent.version, stateOf(invoice, sent))
}
