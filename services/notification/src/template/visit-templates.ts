import type { Texts } from './template.ts'

interface Told {
  name: string
  event: string
  words: string
}

/** What a customer is told of a visit: it confirms what they ordered, so it asks for no consent. */
function byPhone({ words, ...occasion }: Told): Texts {
  return {
    ...occasion,
    category: 'transactional',
    whatsappCategory: 'UTILITY',
    texts: [
      { channel: 'sms', body: `Dear {{customer.firstName}}, ${words}\n\n- {{dealer.name}}` },
      {
        channel: 'whatsapp',
        body: `Dear {{customer.firstName}},\n\n${capital(words)}\n\n- {{dealer.name}}`,
      },
    ],
  }
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The texts of a visit that a new installation starts with. */
export const visitTexts: Texts[] = [
  byPhone({
    name: 'service_request_approved',
    event: 'workshop.service-request.approved.v1',
    words: 'your service request {{request.number}} for {{vehicle}} has been approved.',
  }),
  byPhone({
    name: 'service_request_rejected',
    event: 'workshop.service-request.rejected.v1',
    words:
      'we are sorry that we cannot accept your service request {{request.number}} for ' +
      '{{vehicle}}. Please call us, so that we can find another way.',
  }),
  byPhone({
    name: 'service_request_scheduled',
    event: 'workshop.service-request.scheduled.v1',
    words:
      'the service of {{vehicle}} is scheduled for {{request.when}}.\n\n' +
      'Service request: {{request.number}}',
  }),
  byPhone({
    name: 'parts_awaited',
    event: 'workshop.job-card.parts-awaited.v1',
    words:
      'the work on {{vehicle}} waits for parts that we have ordered. We go on as soon as they ' +
      'are here.\n\nJob card: {{card.number}}',
  }),
  byPhone({
    name: 'approval_asked',
    event: 'workshop.link.requested.v1',
    words:
      'your vehicle needs more than you have ordered. Please see what it costs and approve or ' +
      'reject it: {{link.url}}',
  }),
  byPhone({
    name: 'feedback_asked',
    event: 'workshop.link.requested.v1',
    words: 'how was your visit? Please tell us: {{link.url}}',
  }),
  byPhone({
    name: 'job_card_completed',
    event: 'workshop.job-card.completed.v1',
    words: 'the work on {{vehicle}} is completed.\n\nJob card: {{card.number}}',
  }),
  byPhone({
    name: 'job_card_delivered',
    event: 'workshop.job-card.delivered.v1',
    words: 'we have handed {{vehicle}} over to you. Thank you for your visit.',
  }),
  byPhone({
    name: 'job_card_cancelled',
    event: 'workshop.job-card.cancelled.v1',
    words: 'the work on {{vehicle}} has been cancelled.\n\nJob card: {{card.number}}',
  }),
  byPhone({
    name: 'invoice_issued',
    event: 'billing.invoice.issued.v1',
    words: 'your invoice {{invoice.number}} over {{invoice.total}} is ready.',
  }),
  byPhone({
    name: 'payment_received',
    event: 'billing.payment.received.v1',
    words: 'we have received your payment {{payment.number}} of {{payment.amount}}. Thank you.',
  }),
  {
    name: 'invoice_document',
    event: 'billing.invoice-document.rendered.v1',
    category: 'transactional',
    whatsappCategory: 'UTILITY',
    texts: [
      {
        channel: 'email',
        subject: 'Invoice {{invoice.number}} – {{dealer.name}}',
        body: `Hi {{customer.firstName}},

Attached is your invoice **{{invoice.number}}** over **{{invoice.total}}**.

- {{dealer.name}}`,
      },
    ],
  },
]
