import type { World } from '../evidence/world.ts'

/** What somebody may find wrong with stock, work and money, and the promise that tells of it. */
export const bayBreaches: [string, string, (world: World) => void][] = [
  [
    'an acknowledged correction of stock was lost',
    'an acknowledged command of the bay has one effect',
    ({ tables: { bay } }) => void bay.movements.shift(),
  ],
  [
    'one payment was taken twice',
    'an acknowledged command of the bay has one effect',
    ({ tables: { bay } }) => void bay.payments.push(...bay.payments),
  ],
  [
    'two people have issued one invoice',
    'an acknowledged command of the bay has one effect',
    ({ commands }) => {
      const issue = commands.find(({ endpoint }) => endpoint.endsWith('finalize'))
      if (issue) commands.push({ ...issue, id: 'another' })
    },
  ],
  [
    'a level counts what never came',
    'on hand is the sum of the movements',
    ({ tables: { bay } }) => void Object.assign(bay.levels[0] ?? {}, { onHand: 4_000 }),
  ],
  [
    'a level is worth more than it cost',
    'on hand is the sum of the movements',
    ({ tables: { bay } }) => void Object.assign(bay.levels[0] ?? {}, { valueMinor: 301 }),
  ],
  [
    'stock is set aside for nobody',
    'what is reserved is what lines hold',
    ({ tables: { bay } }) => void Object.assign(bay.levels[0] ?? {}, { reserved: 1_000 }),
  ],
  [
    'more is promised than there is',
    'never more than there is',
    ({ tables: { bay } }) => {
      for (const line of bay.reservedLines) line.status = 'reserved'
      Object.assign(bay.levels[0] ?? {}, { reserved: 13_000 })
    },
  ],
  [
    'stock that came woke nobody',
    'nobody waits for what is free',
    ({ tables: { bay } }) => void Object.assign(bay.reservedLines[1] ?? {}, { quantity: 3_000 }),
  ],
  [
    'a part left stock twice',
    'a part that went into a vehicle left stock once',
    ({ tables: { bay } }) => void bay.movements.push(...bay.movements.slice(1)),
  ],
  [
    'another quantity left stock than was used',
    'a part that went into a vehicle left stock once',
    ({ tables: { bay } }) => void Object.assign(bay.parts[0] ?? {}, { used: 1_000 }),
  ],
  [
    'a card never heard of its parts',
    'a card, its parts requests and their reservations say the same',
    ({ tables: { bay } }) => void Object.assign(bay.reservedLines[1] ?? {}, { status: 'reserved' }),
  ],
  [
    'a card was not woken',
    'a card, its parts requests and their reservations say the same',
    ({ tables: { bay } }) => void Object.assign(bay.cards[0] ?? {}, { status: 'waiting_parts' }),
  ],
  [
    'nothing was set aside for a parts request',
    'a card, its parts requests and their reservations say the same',
    ({ tables: { bay } }) => void bay.reservations.pop(),
  ],
  [
    'a card that was called off keeps its parts',
    'a card that is called off holds nothing',
    ({ tables: { bay } }) => void Object.assign(bay.reservedLines[2] ?? {}, { status: 'reserved' }),
  ],
  [
    'a request has two cards',
    'a request has one living card at most',
    ({ tables: { bay } }) => {
      for (const card of bay.cards.slice(0, 1)) bay.cards.push({ ...card, id: 'twin' })
    },
  ],
  [
    'a request was not reopened',
    'a request has one living card at most',
    ({ tables: { bay } }) => void Object.assign(bay.requests[2] ?? {}, { status: 'in_progress' }),
  ],
  [
    'a customer is asked what was decided',
    'a card waits for the customer as long as',
    ({ tables: { bay } }) => void Object.assign(bay.approvals[0] ?? {}, { status: 'open' }),
  ],
  [
    'a job was never billed',
    'a job that is done has one invoice',
    ({ tables: { bay } }) => void bay.invoices.pop(),
  ],
  [
    'a job was billed twice',
    'a job that is done has one invoice',
    ({ tables: { bay } }) => void bay.invoices.push(...bay.invoices),
  ],
  [
    'an invoice is over something else than was done',
    'a job that is done has one invoice',
    ({ tables: { bay } }) => void Object.assign(bay.billedLines[2] ?? {}, { quantity: 1_000 }),
  ],
  [
    'a number of an invoice was skipped',
    'numbers of invoices count without a gap',
    ({ tables: { bay } }) => void Object.assign(bay.invoices[0] ?? {}, { serial: 2 }),
  ],
  [
    'a number of an invoice was given twice',
    'numbers of invoices count without a gap',
    ({ tables: { bay } }) => {
      for (const one of bay.invoices.slice()) bay.invoices.push({ ...one, id: 'twin' })
    },
  ],
  [
    'an invoice counts a payment that is not there',
    'an invoice adds up',
    ({ tables: { bay } }) => void bay.payments.pop(),
  ],
  [
    'an invoice does not add up',
    'an invoice adds up',
    ({ tables: { bay } }) => void bay.billedLines.pop(),
  ],
  [
    'another amount was taken than was acknowledged',
    'an acknowledged payment is there as it was told',
    ({ tables: { bay } }) => void Object.assign(bay.payments[0] ?? {}, { amountMinor: 249 }),
  ],
  [
    'a card never heard that it is paid',
    'a card knows its invoice',
    ({ tables: { bay } }) => void Object.assign(bay.cards[0] ?? {}, { paymentStatus: 'partial' }),
  ],
  [
    'an invoice has no document',
    'every issued invoice has its document',
    ({ tables: { bay } }) => void bay.documents.pop(),
  ],
  [
    'a document has lost its bytes',
    'every issued invoice has its document',
    ({ stored }) => void stored.delete('billing/aa/invoice'),
  ],
  [
    'a dashboard shows more than was sold',
    'dashboards show what the ledgers hold',
    ({ tables: { bay } }) => void Object.assign(bay.figures[0] ?? {}, { value: 251 }),
  ],
  [
    'a dashboard has forgotten a request',
    'dashboards show what the ledgers hold',
    ({ tables: { bay } }) => void Object.assign(bay.requests[2] ?? {}, { status: 'pending' }),
  ],
  [
    'a manager was not told',
    'whom it concerns is told of an event once',
    ({ tables: { bay } }) => void bay.notices.shift(),
  ],
  [
    'somebody was told twice',
    'whom it concerns is told of an event once',
    ({ tables: { bay } }) => void bay.notices.push(...bay.notices.slice(0, 1)),
  ],
  [
    'a customer got a letter of nothing',
    'every occasion is one message',
    ({ tables: { messages } }) => {
      for (const one of messages.slice(0, 1)) messages.push({ ...one, eventId: 'none' })
    },
  ],
  [
    'billing never heard of a card',
    'every copy in another service',
    ({ tables: { replicas } }) => void replicas.ofBay['billing.job_card']?.pop(),
  ],
  [
    'the workshop counts on stock that has gone',
    'every copy in another service',
    ({ tables: { replicas } }) => {
      Object.assign(replicas.ofBay['workshop.stock_level']?.[0] ?? {}, { available: 9 })
    },
  ],
  [
    'a question to a customer was never brought',
    'what is said once is said in one event',
    ({ tables: { bay } }) => void bay.approvals.pop(),
  ],
  [
    'a payment has no line in the log',
    'every acknowledged command has one line',
    ({ tables }) => void (tables.auditLines = tables.auditLines.filter(isNoPayment)),
  ],
  [
    'a reservation was never confirmed',
    'every deadline is that of a thing that waits',
    ({ tables: { bay } }) => void Object.assign(bay.reservations[1] ?? {}, { status: 'placed' }),
  ],
]

function isNoPayment({ endpoint }: { endpoint: string }): boolean {
  return !endpoint.endsWith('/payments')
}
