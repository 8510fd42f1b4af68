import type { Deed } from '../journal.ts'
import type { Bay } from './bay.ts'

type Command = [Deed, string, unknown]
type Event = [
  topic: string,
  key: string,
  sequence: number,
  fact: string,
  data?: Record<string, unknown>,
]

const center = { serviceCenterId: 'pune' }
/** One card is delivered, one waits for parts, one was called off. */
const visits = ['done', 'short', 'gone'] as const

/** A small bay in which every promise holds. */
export function someBay(): Bay {
  return {
    ...someStock(),
    ...someWork(),
    ...someMoney(),
    notices: [],
    alerts: [{ centerId: null, isOpen: true }],
    figures: [
      { centerId: 'pune', name: 'revenue', value: 250 },
      { centerId: 'pune', name: 'service_requests_completed', value: 1 },
      { centerId: 'pune', name: 'service_requests_pending', value: 0 },
      { centerId: '00000000-0000-0000-0000-000000000000', name: 'low_stock_items', value: 1 },
    ],
    staff: [
      { id: 'priya', role: 'service_center', centerIds: ['pune'] },
      { id: 'isha', role: 'inventory_manager', centerIds: ['pune'] },
    ],
  }
}

function someStock() {
  const place = { itemId: 'pad', centerId: 'pune' }
  const came = { quantity: 5_000, valueMinor: 500, referenceType: 'adjustment', referenceId: 'x' }
  const left = { quantity: -2_000, valueMinor: -200, referenceType: 'job_card', reason: null }
  return {
    items: [{ id: 'pad', itemCode: 'MARK-PAD' }],
    levels: [{ ...place, onHand: 3_000, reserved: 0, valueMinor: 300 }],
    movements: [
      { ...place, ...came, id: 'in', reason: 'Mark in' },
      { ...place, ...left, id: 'out', referenceId: 'card done' },
    ],
    reservations: visits.map((name) => ({
      id: `wish ${name}`,
      documentId: `card ${name}`,
      status: { done: 'issued', short: 'confirmed', gone: 'released' }[name],
    })),
    reservedLines: visits.map((name) => ({
      ...place,
      id: `part ${name}`,
      reservationId: `wish ${name}`,
      quantity: name === 'short' ? 9_000 : 2_000,
      status: { done: 'issued', short: 'waiting', gone: 'released' }[name],
    })),
  }
}

function someWork() {
  const done = { engineerNotes: 'Mark complete', paymentStatus: 'paid', invoiceId: 'invoice' }
  const open = { engineerNotes: null, paymentStatus: 'pending', invoiceId: null }
  return {
    requests: visits.map((name) => ({
      id: `request ${name}`,
      centerId: 'pune',
      status: { done: 'completed', short: 'in_progress', gone: 'approved' }[name],
      description: `Mark ask ${name}`,
    })),
    cards: visits.map((name) => ({
      id: `card ${name}`,
      requestId: `request ${name}`,
      centerId: 'pune',
      customerId: 'rahul',
      status: { done: 'delivered', short: 'waiting_parts', gone: 'cancelled' }[name],
      partsOpen: name === 'short' ? 1 : 0,
      reason: name === 'gone' ? 'Mark cancel' : null,
      ...(name === 'done' ? done : open),
    })),
    steps: visits.map((name) => ({
      cardId: `card ${name}`,
      description: `Mark open ${name}`,
      status: name === 'done' ? 'completed' : 'pending',
      priceMinor: 50,
    })),
    extras: [
      {
        id: 'extra',
        cardId: 'card done',
        description: 'Mark propose',
        costMinor: 60,
        decision: 'approved',
      },
    ],
    partsRequests: visits.map((name) => ({ id: `wish ${name}`, cardId: `card ${name}` })),
    parts: visits.map((name) => ({
      id: `part ${name}`,
      cardId: `card ${name}`,
      itemId: 'pad',
      quantity: name === 'short' ? 9_000 : 2_000,
      used: name === 'done' ? 2_000 : null,
      status: { done: 'issued', short: 'short', gone: 'released' }[name],
      unitPriceMinor: 70,
    })),
    approvals: [{ id: 'question', cardId: 'card done', status: 'decided' }],
  }
}

function someMoney() {
  const line = { invoiceId: 'invoice', type: 'service', itemId: null, quantity: 1_000 }
  return {
    invoices: [
      {
        id: 'invoice',
        number: 'PUN/26-27/000001',
        year: '26-27',
        serial: 1,
        centerId: 'pune',
        cardId: 'card done',
        status: 'paid',
        paymentStatus: 'paid',
        totalMinor: 250,
        paidMinor: 250,
        roundOffMinor: 0,
      },
    ],
    billedLines: [
      { ...line, description: 'Mark open done', unitPriceMinor: 50, totalMinor: 50 },
      { ...line, description: 'Mark propose', unitPriceMinor: 60, totalMinor: 60 },
      {
        ...line,
        type: 'part',
        description: 'Pad',
        itemId: 'pad',
        quantity: 2_000,
        unitPriceMinor: 70,
        totalMinor: 140,
      },
    ],
    payments: [{ id: 'payment', invoiceId: 'invoice', amountMinor: 250, notes: 'Mark pay' }],
    series: [{ centerId: 'pune', year: '26-27', last: 1 }],
    documents: [{ id: 'invoice', storageKey: 'billing/aa/invoice' }],
  }
}

/** The commands by which it came to be so. */
export function bayCommands(): Command[] {
  const card = 'PUT /workshop/job-cards/:id'
  const move = (type: string, id: string): Deed => ({ kind: 'move', type: `${type}.v1`, id })
  return [
    [{ kind: 'add-item', mark: 'MARK-PAD' }, 'POST /inventory/items', { id: 'pad' }],
    [{ kind: 'adjust', mark: 'Mark in', quantity: 5 }, 'POST /inventory/adjustments', null],
    ...visits.flatMap((name): Command[] => [
      [{ kind: 'ask-work', mark: `Mark ask ${name}` }, 'POST /workshop/service-requests', null],
      [
        move('workshop.service-request.approved', `request ${name}`),
        'PUT /workshop/service-requests/:id/approve',
        null,
      ],
      [{ kind: 'open-card', mark: `Mark open ${name}` }, 'POST /workshop/job-cards', null],
      [move('workshop.job-card.assigned', `card ${name}`), `${card}/assign`, null],
      [{ kind: 'need-parts', cardId: `card ${name}` }, `${card}/parts-request`, null],
    ]),
    [move('workshop.job-card.started', 'card done'), `${card}/start`, null],
    [{ kind: 'propose', mark: 'Mark propose' }, `${card}/additional-services`, null],
    [{ kind: 'decide', serviceId: 'extra' }, `${card}/additional-services/:lineId/approve`, null],
    [{ kind: 'complete', mark: 'Mark complete' }, `${card}/complete`, null],
    [{ kind: 'call-off', mark: 'Mark cancel' }, `${card}/cancel`, null],
    [move('billing.invoice.issued', 'invoice'), 'PUT /invoices/:id/finalize', null],
    [
      { kind: 'pay', mark: 'Mark pay', amount: 250 },
      'POST /invoices/:id/payments',
      { id: 'payment' },
    ],
    [move('workshop.job-card.delivered', 'card done'), `${card}/deliver`, null],
  ]
}

/** The rows whose versions the events tell of. */
export function bayOwned(): Record<string, { id: string; version: number }[]> {
  const newest = Map.groupBy(bayEvents(), ([topic]) => topic)
  return Object.fromEntries(
    [...newest].map(([topic, events]) => [
      topic,
      [...Map.groupBy(events, ([, key]) => key)].map(([id, all]) => ({
        id,
        version: Math.max(...all.map(([, , sequence]) => sequence)),
      })),
    ]),
  )
}

/** What the services told meanwhile. */
export function bayEvents(): Event[] {
  const told = { ...center, assignedEngineer: 'ravi', requestedBy: 'asha' }
  return [
    ['inventory.item.v1', 'pad', 1, 'added'],
    ['inventory.stock-level.v1', 'level', 2, 'changed'],
    ['inventory.movement.v1', 'in', 1, 'recorded'],
    ['inventory.movement.v1', 'out', 1, 'recorded'],
    ...visits.flatMap((name): Event[] => [
      ['workshop.service-request.v1', `request ${name}`, 1, 'opened', told],
      ['workshop.service-request.v1', `request ${name}`, 2, 'approved', told],
      ['workshop.job-card.v1', `card ${name}`, 1, 'created', told],
      ['workshop.job-card.v1', `card ${name}`, 2, 'assigned', told],
    ]),
    ['workshop.job-card.v1', 'card done', 3, 'started', told],
    ['workshop.job-card.v1', 'card done', 4, 'approval-asked', told],
    ['workshop.job-card.v1', 'card done', 5, 'approval-decided', told],
    ['workshop.job-card.v1', 'card done', 6, 'completed', told],
    ['workshop.job-card.v1', 'card done', 7, 'delivered', told],
    ['workshop.job-card.v1', 'card short', 3, 'parts-awaited', told],
    ['workshop.job-card.v1', 'card gone', 3, 'cancelled', told],
    ['billing.invoice.v1', 'invoice', 1, 'issued', told],
    ['billing.payment.v1', 'payment', 1, 'received', told],
    ['billing.invoice-document.v1', 'invoice', 1, 'rendered', told],
  ]
}
