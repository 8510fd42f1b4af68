/**
 * The topics of the bus. One topic per noun and major version; order within a noun holds because
 * the key is the noun's id.
 *
 * - `reference`: compacted; every event carries the noun's full public state.
 * - `ledger`: kept for ever, so that a new subscriber can replay from zero.
 * - `transport`: a secret on its way (a code with its destination), encrypted, soon deleted.
 */
export type TopicClass = 'reference' | 'ledger' | 'transport'

/** `public` topics are promised to outsiders; `internal` ones are not documented to them. */
export type Audience = 'public' | 'internal'

export interface TopicSpec {
  class: TopicClass
  audience: Audience
  about: string
  /** Only for transport topics: how long a record may wait for its consumer, in ms. */
  retentionMs?: number
  /** Requests are judged by it: a service for which a key of it is parked is not ready. */
  judges?: true
}

/**
 * How many partitions a topic has where the system is deployed. A key would move to another
 * partition with another count, and the order of its events be lost, so it is part of the promise.
 */
export const partitionCount = 6

const HOUR_MS = 3_600_000
const AUDIT: TopicSpec = {
  class: 'ledger',
  audience: 'internal',
  about: 'What was done in this service.',
}

export const topics = {
  'identity.service-center.v1': {
    class: 'reference',
    audience: 'public',
    about: 'The service centers of the dealer group.',
  },
  'identity.user.v1': {
    class: 'reference',
    audience: 'public',
    about: 'Accounts: who works where, in which role.',
    judges: true,
  },
  'identity.role.v1': {
    class: 'reference',
    audience: 'public',
    about: 'Roles and the permissions they bundle.',
    judges: true,
  },
  'identity.session.v1': {
    class: 'reference',
    audience: 'internal',
    about: 'Sessions that were ended, or whose older tokens no longer count.',
    judges: true,
  },
  'identity.setting.v1': {
    class: 'reference',
    audience: 'internal',
    about: 'What administrators have decided for the whole dealer group.',
    judges: true,
  },
  'identity.otp.v1': {
    class: 'transport',
    audience: 'internal',
    about: 'One-time passwords of accounts on their way to their owner.',
    retentionMs: HOUR_MS,
  },
  'identity.password-reset.v1': {
    class: 'transport',
    audience: 'internal',
    about: 'Links by which a forgotten password is replaced, on their way to their owner.',
    retentionMs: HOUR_MS,
  },
  'identity.contact.v1': {
    class: 'transport',
    audience: 'internal',
    about: 'Contacts of accounts that others have taken the place of, for a word to them.',
    retentionMs: HOUR_MS,
  },
  'identity.audit.v1': AUDIT,
  'customer-vehicle.customer.v1': {
    class: 'reference',
    audience: 'public',
    about: 'Verified customers.',
  },
  'customer-vehicle.vehicle.v1': {
    class: 'reference',
    audience: 'public',
    about: 'Registered vehicles and who owns them.',
  },
  'customer-vehicle.registration.v1': {
    class: 'ledger',
    audience: 'public',
    about: 'Registrations of customers with their vehicles, by one-time password.',
  },
  'customer-vehicle.otp.v1': {
    class: 'transport',
    audience: 'internal',
    about: 'One-time passwords on their way to their owner.',
    retentionMs: HOUR_MS,
  },
  'customer-vehicle.outreach.v1': {
    class: 'transport',
    audience: 'internal',
    about: 'Messages that staff send to one customer by hand.',
    retentionMs: 7 * 24 * HOUR_MS,
  },
  'customer-vehicle.audit.v1': AUDIT,
  'inventory.item.v1': {
    class: 'reference',
    audience: 'public',
    about: 'The catalogue of parts, consumables and tools.',
  },
  'inventory.stock-level.v1': {
    class: 'reference',
    audience: 'public',
    about: 'What is there of each item at each place, and what is reserved of it.',
  },
  'inventory.movement.v1': {
    class: 'ledger',
    audience: 'public',
    about: 'Every movement of stock.',
  },
  'inventory.reservation.v1': {
    class: 'ledger',
    audience: 'public',
    about: 'Stock that was set aside for documents.',
  },
  'inventory.stock-alert.v1': {
    class: 'ledger',
    audience: 'public',
    about: 'Items that fell to their reorder point.',
  },
  'inventory.purchase-request.v1': {
    class: 'ledger',
    audience: 'public',
    about: 'What should be bought.',
  },
  'inventory.audit.v1': AUDIT,
  'workshop.service-request.v1': {
    class: 'ledger',
    audience: 'public',
    about: 'Work that customers ask for.',
  },
  'workshop.job-card.v1': {
    class: 'ledger',
    audience: 'public',
    about: 'Jobs from the opening of the card to the delivery of the vehicle.',
  },
  'workshop.component-issue.v1': {
    class: 'transport',
    audience: 'internal',
    about: 'What is wrong with components, as it was noted at job cards.',
    retentionMs: 7 * 24 * HOUR_MS,
  },
  'workshop.component-work.v1': {
    class: 'ledger',
    audience: 'public',
    about: 'What job cards did to the components of vehicles.',
  },
  'workshop.link.v1': {
    class: 'transport',
    audience: 'internal',
    about: 'Signed links on their way to customers.',
    retentionMs: 72 * HOUR_MS,
  },
  'workshop.parts-request.v1': {
    class: 'ledger',
    audience: 'public',
    about: 'Parts that job cards ask of inventory.',
  },
  'workshop.audit.v1': AUDIT,
  'billing.invoice.v1': {
    class: 'ledger',
    audience: 'public',
    about: 'Invoices from the draft to the last payment.',
  },
  'billing.payment.v1': {
    class: 'ledger',
    audience: 'public',
    about: 'Payments of customers.',
  },
  'billing.invoice-document.v1': {
    class: 'ledger',
    audience: 'internal',
    about: 'Where the documents of invoices lie.',
  },
  'billing.audit.v1': AUDIT,
  'notification.audit.v1': AUDIT,
  'reporting.audit.v1': AUDIT,
} as const satisfies Record<string, TopicSpec>

export type TopicName = keyof typeof topics

/** `identity.service-center.opened.v1` for the topic `identity.service-center.v1`. */
export type EventName = TopicName extends infer T
  ? T extends `${infer Service}.${infer Noun}.${infer Major}`
    ? `${Service}.${Noun}.${string}.${Major}`
    : never
  : never

/** The Kafka name of a topic. */
export function topicName(name: TopicName): string {
  return `forecourt.${name}`
}

/** The topics by which every service judges who may do what. */
export const judgingTopics: string[] = Object.entries<TopicSpec>(topics)
  .filter(([, { judges }]) => judges)
  .map(([name]) => topicName(name as TopicName))

/** Kafka's settings for a topic of this class (values as the broker expects them). */
export function topicConfig(spec: TopicSpec): Record<string, string> {
  if (spec.class === 'transport') {
    return {
      'cleanup.policy': 'delete',
      'retention.ms': String(spec.retentionMs ?? HOUR_MS),
      'segment.ms': String(HOUR_MS),
    }
  }
  if (spec.class === 'ledger') return { 'cleanup.policy': 'delete', 'retention.ms': '-1' }
  return {
    'cleanup.policy': 'compact',
    'max.compaction.lag.ms': String(24 * HOUR_MS),
    // As long as inboxes remember: whoever stood still for less hears what is no more.
    'delete.retention.ms': String(30 * 24 * HOUR_MS),
    'segment.ms': String(HOUR_MS),
  }
}
