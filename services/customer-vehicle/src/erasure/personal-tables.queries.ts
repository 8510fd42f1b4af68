import type { PersonalTable } from '@forecourt/platform/personal-table'

const customer = { whose: 'customerId', by: 'customer_id' } as const
const ofVehicle = { whose: 'customerId', by: 'vehicle_id', through: 'vehicle' } as const
/** A reason names whom it likes, so that it goes with either of both. */
const move = {
  table: 'vehicle_move',
  whose: 'customerId',
  erasure: 'delete',
} as const

const file = {
  table: 'file',
  erasure: { keep: 'nothing claims it any more: it is dropped with its bytes at once' },
  plain: ['purpose', 'storage_key', 'content_type'],
} as const

/** What this service keeps of a customer. */
export const personalTables: readonly PersonalTable[] = [
  {
    table: 'customer',
    whose: 'customerId',
    by: 'id',
    sealed: ['phone', 'alternative_phone', 'email', 'street'],
    sealedJson: ['suggestion'],
    erasure: 'delete',
  },
  { ...customer, table: 'customer_name', erasure: 'delete' },
  { ...customer, table: 'customer_center', erasure: 'delete' },
  { ...customer, table: 'vehicle', erasure: 'delete' },
  { ...ofVehicle, table: 'vehicle_center', erasure: 'delete' },
  { ...move, by: 'former_customer_id' },
  { ...move, by: 'next_customer_id' },
  { ...ofVehicle, table: 'vehicle_picture', erasure: 'delete' },
  { ...ofVehicle, table: 'vehicle_component', erasure: 'delete' },
  { ...ofVehicle, table: 'component_issue', erasure: 'delete' },
  { ...ofVehicle, table: 'component_history', erasure: 'delete' },
  { ...customer, table: 'registration', sealedJson: ['form'], erasure: 'delete' },
  {
    // A form that waits for its code names nobody but the phone.
    table: 'registration',
    whose: 'customerId',
    by: 'phone_index',
    through: 'customer',
    key: 'phone_index',
    sealedJson: ['form'],
    erasure: 'delete',
  },
  {
    table: 'otp',
    whose: 'customerId',
    by: 'subject',
    through: 'registration',
    erasure: 'delete',
  },
  { ...customer, table: 'open_matter', erasure: 'delete' },
  {
    ...customer,
    table: 'visit',
    erasure: { keep: 'the books of the workshop: ids, work and money' },
    plain: [
      'job_card_number',
      'status',
      'services',
      'additional_services',
      'parts_used',
      'currency',
      'payment_status',
    ],
  },
  {
    table: 'visit_invoice',
    whose: 'customerId',
    by: 'job_card_id',
    through: 'visit',
    erasure: { keep: 'the number and the total of an issued invoice' },
    plain: ['invoice_number', 'status'],
  },
  // Of a vehicle, of a visit, though the vehicle was sold since, and of the person.
  { ...file, whose: 'customerId', by: 'attached_to', through: 'vehicle' },
  { ...file, whose: 'customerId', by: 'visit_id', through: 'visit' },
  { ...file, whose: 'accountId', by: 'attached_to' },
]
