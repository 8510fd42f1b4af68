import type { InvoiceRow } from './invoice.ts'
import type { InvoiceLineRow } from './invoice-line.ts'

/** The state that every event of an invoice carries. */
export function stateOf(invoice: InvoiceRow, lines: readonly InvoiceLineRow[]) {
  return {
    invoiceId: invoice.id,
    invoiceNumber: invoice.invoiceNumber,
    jobCardId: invoice.jobCardId,
    otcOrderId: invoice.otcOrderId,
    customerId: invoice.customerId,
    serviceCenterId: invoice.serviceCenterId,
    status: invoice.status,
    paymentStatus: invoice.paymentStatus,
    currency: invoice.currency,
    placeOfSupply: invoice.placeOfSupply,
    items: lines.map(lineStateOf),
    subtotalMinor: invoice.subtotalMinor,
    discountMinor: invoice.discountMinor,
    taxMinor: invoice.taxMinor,
    roundOffMinor: invoice.roundOffMinor,
    totalMinor: invoice.totalMinor,
    paidMinor: invoice.paidMinor,
    balanceMinor: invoice.balanceMinor,
    invoiceDate: invoice.invoiceDate,
    dueDate: invoice.dueDate,
  }
}

function lineStateOf(line: InvoiceLineRow) {
  return {
    lineId: line.id,
    type: line.type,
    description: line.description,
    itemId: line.itemId,
    taxCode: line.taxCode,
    quantity: line.quantityMilli / 1_000,
    unit: line.unit,
    unitPriceMinor: line.unitPriceMinor,
    discountMinor: line.discountMinor,
    taxableMinor: line.taxableMinor,
    taxRate: line.taxRateBp / 100,
    cgstMinor: line.cgstMinor,
    sgstMinor: line.sgstMinor,
    igstMinor: line.igstMinor,
    vatMinor: line.vatMinor,
    totalMinor: line.totalMinor,
  }
}
