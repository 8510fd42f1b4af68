import type { World } from '../evidence/world.ts'
import { audits, byKey, distinct } from './events.ts'
import { difference, repeated, type Invariant } from './invariant.ts'

export const auditInvariants: Invariant[] = [
  {
    promise: 'every line that a service wrote is in the log, once, and no other is',
    *broken({ told, tables: { auditLines } }) {
      const written = audits().flatMap((topic) => [...byKey(told, topic).keys()])
      yield* difference(
        ['the topics of audit', written],
        ['the log', auditLines.map(({ id }) => id)],
      )
    },
  },
  {
    promise: 'the lines of a service are counted without a gap',
    *broken({ tables: { auditLines } }) {
      for (const [service, lines] of Map.groupBy(auditLines, (line) => line.service)) {
        const sequences = lines.map(({ sequence }) => sequence).toSorted((a, b) => a - b)
        const gap = sequences.findIndex((sequence, at) => sequence !== at + 1)
        if (gap >= 0) yield `the log of ${service} has no line ${gap + 1}`
      }
    },
  },
  {
    promise: 'every acknowledged command has one line, and every change of a thing is one command',
    *broken(world) {
      const done = world.tables.auditLines.filter(({ outcome }) => outcome === 'done')
      const byRequest = Map.groupBy(done, ({ requestId }) => requestId)
      for (const { id, endpoint, ending, answer } of world.commands) {
        if (ending !== 'acknowledged') continue
        const lines = byRequest.get(answer?.requestId ?? '') ?? []
        const isTold = lines.length === 1 && lines[0]?.endpoint === endpoint
        if (!isTold) yield `${id}: ${endpoint} has ${lines.length} lines`
      }
      for (const id of repeated(done.map(({ requestId }) => requestId))) {
        yield `the request ${id} has several lines`
      }
      // One payment has two doors.
      const isPayment = /^(POST .*\/payments|PUT .*\/pay)$/
      const paid = done.filter(({ endpoint }) => isPayment.test(endpoint)).length
      const { payments } = world.tables.bay
      if (paid !== payments.length) yield `${payments.length} payments have ${paid} lines`
      for (const [endpoint, effects] of effectsOf(world)) {
        const lines = done.filter((line) => line.endpoint === endpoint).length
        if (lines !== effects) yield `${endpoint} has ${lines} lines and ${effects} effects`
      }
    },
  },
]

/** Moves of a card that only commands make, and the event that tells of each. */
const cardMoves = [
  ['assign', 'assigned'],
  ['start', 'started'],
  ['additional-services', 'approval-asked'],
  ['complete', 'completed'],
  ['deliver', 'delivered'],
  ['cancel', 'cancelled'],
] as const

/** What each command has brought about, acknowledged or not, as the owners' tables have it. */
function effectsOf({ tables, told }: World): [string, number][] {
  const { registrations, customers, sessions, files, bay } = tables
  const toldOf = (type: string) => distinct(told).filter((event) => event.type === type).length
  const decided = (word: string) => bay.extras.filter(({ decision }) => decision === word).length
  const verified = registrations.filter(({ status }) => status === 'verified').length
  const raised = (rows: { version: number }[]) =>
    rows.reduce((sum, { version }) => sum + version - 1, 0)
  const centers = tables.owned['identity.service-center.v1'] ?? []
  return [
    // The same form again raises its version by another code.
    ['POST /registrations', registrations.length + raised(registrations) - verified],
    ['POST /registrations/:id/verify', verified],
    // Whoever is known and registers again is changed by the proof.
    ['PUT /customers/:id', raised(customers) - (verified - customers.length)],
    ['PUT /admin/service-centers/:id', raised(centers)],
    ['POST /auth/login', sessions.length],
    ['POST /auth/logout', sessions.filter(({ endedBy }) => endedBy === 'logout').length],
    ['POST /files', files.length],
    ['POST /inventory/items', bay.items.length],
    [
      'POST /inventory/adjustments',
      bay.movements.filter(({ referenceType }) => referenceType === 'adjustment').length,
    ],
    ['POST /workshop/service-requests', bay.requests.length],
    ['PUT /workshop/service-requests/:id/approve', toldOf('workshop.service-request.approved.v1')],
    ['POST /workshop/job-cards', bay.cards.length],
    ['PUT /workshop/job-cards/:id/parts-request', bay.partsRequests.length],
    ...cardMoves.map(([name, type]): [string, number] => [
      `PUT /workshop/job-cards/:id/${name}`,
      toldOf(`workshop.job-card.${type}.v1`),
    ]),
    ...(['approve', 'reject'] as const).map((word): [string, number] => [
      `PUT /workshop/job-cards/:id/additional-services/:lineId/${word}`,
      decided(word === 'approve' ? 'approved' : 'rejected'),
    ]),
    ['PUT /invoices/:id/finalize', toldOf('billing.invoice.issued.v1')],
    ['PUT /invoices/:id/cancel', toldOf('billing.invoice.cancelled.v1')],
  ]
}
