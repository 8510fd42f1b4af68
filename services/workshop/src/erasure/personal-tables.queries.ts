import type { PersonalTable } from '@forecourt/platform/personal-table'

const customer = { whose: 'customerId', by: 'customer_id' } as const
const ofCard = { whose: 'customerId', by: 'job_card_id', through: 'job_card' } as const
const books = { keep: 'the books: what was done, and what it cost' }

/** What this service keeps of a customer. */
export const personalTables: readonly PersonalTable[] = [
  {
    table: 'customer',
    whose: 'customerId',
    by: 'id',
    sealed: ['full_name', 'phone'],
    erasure: 'delete',
  },
  { ...customer, table: 'vehicle', sealed: ['plate'], erasure: 'delete' },
  {
    ...customer,
    table: 'service_request',
    sealedJson: ['address'],
    erasure: { empty: { address: null, description: null, reason: null } },
    plain: [
      'request_number',
      'request_type',
      'service_type',
      'priority',
      'service_location',
      'status',
      'preferred_time',
      'scheduled_time',
      'currency',
    ],
  },
  {
    ...customer,
    table: 'job_card',
    inner: ['engineer_notes'],
    erasure: {
      empty: {
        exterior_condition: null,
        interior_condition: null,
        issues_reported: [],
        images: [],
        engineer_notes: null,
        customer_notes: null,
        reason: null,
      },
    },
    plain: ['job_card_number', 'status', 'resume_status', 'currency', 'payment_status'],
  },
  {
    ...ofCard,
    table: 'job_card_service',
    erasure: books,
    plain: ['service_type', 'description', 'status', 'sac_code'],
  },
  {
    ...ofCard,
    table: 'additional_service',
    erasure: books,
    plain: ['description', 'sac_code', 'decision'],
  },
  { ...ofCard, table: 'parts_request', erasure: books, plain: ['status'] },
  {
    ...ofCard,
    table: 'parts_request_line',
    erasure: books,
    plain: ['item_name', 'unit', 'status', 'currency', 'hsn_code', 'warranty_number'],
  },
  {
    ...ofCard,
    table: 'component_work',
    erasure: books,
    plain: ['component_id', 'change', 'description', 'currency', 'status'],
  },
  {
    ...customer,
    table: 'approval',
    erasure: { keep: 'that the work was approved, and by which way' },
    plain: ['revision', 'status', 'channel'],
  },
  { ...customer, table: 'link', erasure: 'delete' },
]
