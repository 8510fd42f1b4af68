import type { PersonalTable } from '@forecourt/platform/personal-table'

const customer = { whose: 'customerId', by: 'customer_id' } as const
const ofInvoice = { whose: 'customerId', by: 'invoice_id', through: 'invoice' } as const
const books = { keep: 'the books: what was supplied, and what was paid' }

/** What this service keeps of a customer. */
export const personalTables: readonly PersonalTable[] = [
  {
    table: 'customer',
    whose: 'customerId',
    by: 'id',
    sealed: ['full_name', 'phone', 'email'],
    erasure: 'delete',
  },
  {
    ...customer,
    table: 'invoice',
    sealedJson: ['customer_details'],
    erasure: { keep: 'an issued invoice names its buyer by law; a draft forgets them' },
    plain: [
      'invoice_number',
      'financial_year',
      'customer_details',
      'country',
      'currency',
      'place_of_supply',
      'supplier',
      'status',
      'payment_status',
      'notes',
    ],
  },
  {
    ...ofInvoice,
    table: 'invoice_line',
    erasure: books,
    plain: ['type', 'description', 'tax_code', 'unit', 'warranty_number'],
  },
  {
    ...customer,
    table: 'payment',
    erasure: books,
    plain: [
      'payment_number',
      'currency',
      'payment_method',
      'transaction_id',
      'reference_number',
      'notes',
    ],
  },
  {
    table: 'invoice_document',
    whose: 'customerId',
    by: 'id',
    through: 'invoice',
    erasure: { keep: 'the document of an issued invoice' },
    plain: ['storage_key'],
  },
  {
    ...customer,
    table: 'job_card',
    erasure: books,
    plain: [
      'job_card_number',
      'status',
      'currency',
      'services',
      'additional_services',
      'parts_used',
    ],
  },
]
