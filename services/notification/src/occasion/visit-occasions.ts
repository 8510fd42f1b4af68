import {
  InvoiceDocumentRendered,
  InvoiceDocumentSent,
  InvoiceIssued,
  PaymentReceived,
} from '@forecourt/contracts/billing-events'
import { PurchaseRequestRaised, StockAlertRaised } from '@forecourt/contracts/inventory-events'
import { amountOf, occasion, PHONE, type Occasion } from './occasion.ts'
import { workshopOccasions } from './workshop-occasions.ts'

const ofDocument = {
  category: 'invoice',
  about: { entity: 'Invoice', id: 'invoiceId', page: '/invoices' },
  facts: (document: { invoiceNumber: string; totalMinor: number; currency: string }) => ({
    'invoice.number': document.invoiceNumber,
    'invoice.file': document.invoiceNumber.replaceAll(/[^\w-]+/g, '-'),
    'invoice.total': amountOf(document.totalMinor, document.currency),
  }),
  letters: [
    {
      template: 'invoice_document',
      channels: ['email'],
      attaches: 'Invoice {{invoice.file}}.pdf',
    },
  ],
} as const

/** Who is told what during a visit, event by event. The words of letters are their templates'. */
export const visitOccasions: Occasion[] = [
  ...workshopOccasions,
  occasion(PurchaseRequestRaised, {
    category: 'inventory',
    about: {
      entity: 'PurchaseRequest',
      id: 'purchaseRequestId',
      page: '/inventory/purchase-requests',
    },
    facts: ({ requestNumber, quantity }) => ({
      'purchase.number': requestNumber,
      'purchase.quantity': String(quantity),
    }),
    notices: [
      {
        to: ['stock_keepers'],
        type: 'approval',
        title: 'Purchase request {{purchase.number}} is raised',
        text: '{{purchase.quantity}} × {{item}} for {{place}}.',
      },
    ],
  }),
  occasion(StockAlertRaised, {
    category: 'inventory',
    about: { entity: 'InventoryItem', id: 'itemId', page: '/inventory/items' },
    facts: ({ available, reorderPoint }) => ({
      'stock.available': String(available),
      'stock.reorderPoint': String(reorderPoint),
    }),
    notices: [
      {
        to: ['stock_keepers'],
        type: 'warning',
        title: '{{item}} runs short',
        text: '{{place}} has {{stock.available}}; buying begins at {{stock.reorderPoint}}.',
      },
    ],
  }),
  occasion(InvoiceIssued, {
    category: 'invoice',
    about: { entity: 'Invoice', id: 'invoiceId', page: '/invoices' },
    facts: ({ invoiceNumber, totalMinor, currency }) => ({
      'invoice.number': invoiceNumber ?? '',
      'invoice.total': amountOf(totalMinor, currency),
    }),
    notices: [
      {
        to: ['managers'],
        type: 'info',
        title: 'Invoice {{invoice.number}} is issued',
        text: '{{invoice.total}} are to be paid.',
      },
    ],
    letters: [{ template: 'invoice_issued', channels: PHONE }],
  }),
  occasion(InvoiceDocumentRendered, ofDocument),
  occasion(InvoiceDocumentSent, ofDocument),
  occasion(PaymentReceived, {
    category: 'invoice',
    about: { entity: 'Invoice', id: 'invoiceId', page: '/invoices' },
    facts: ({ paymentNumber, amountMinor, currency, paymentMethod }) => ({
      'payment.number': paymentNumber,
      'payment.amount': amountOf(amountMinor, currency),
      'payment.method': paymentMethod,
    }),
    notices: [
      {
        to: ['managers'],
        type: 'success',
        title: 'Payment {{payment.number}} is received',
        text: '{{payment.amount}} by {{payment.method}}.',
      },
    ],
    letters: [{ template: 'payment_received', channels: PHONE }],
  }),
]
