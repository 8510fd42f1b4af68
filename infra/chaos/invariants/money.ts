import type { Bay, Card, Invoice } from '../evidence/bay.ts'
import { acknowledged } from '../evidence/world.ts'
import { difference, repeated, sumOf, unequal, type Invariant } from './invariant.ts'
import { isDone } from './stock.ts'

export const moneyInvariants: Invariant[] = [
  {
    promise: 'a job that is done has one invoice, over what was done, and no other job has any',
    *broken({ tables: { bay } }) {
      const living = bay.invoices.filter(({ status }) => status !== 'cancelled')
      // Whoever gave a draft up bills again, unless that is where somebody gave up.
      const done = bay.cards.filter(
        ({ id, status }) =>
          isDone(status) &&
          (living.some(({ cardId }) => cardId === id) ||
            !bay.invoices.some(({ cardId }) => cardId === id)),
      )
      const billed = living.flatMap(({ cardId }) => (cardId === null ? [] : [cardId]))
      yield* unequal(
        'the invoices',
        billed,
        'what is done',
        done.map(({ id }) => id),
      )
      for (const card of done) {
        const invoice = living.find(({ cardId }) => cardId === card.id)
        if (invoice) yield* linesOf(bay, card, invoice)
      }
    },
  },
  {
    promise: 'numbers of invoices count without a gap in each series, and are given once',
    *broken({ tables: { bay } }) {
      const series = (one: { centerId: string; year: string | null }) =>
        `${one.centerId} ${one.year}`
      const issued = bay.invoices.filter(({ serial }) => serial !== null)
      const given = Map.groupBy(issued, series)
      yield* difference(['the series', bay.series.map(series)], ['the invoices', given.keys()])
      for (const one of bay.series) {
        const serials = (given.get(series(one)) ?? []).map(({ serial }) => serial ?? 0)
        const isWhole = serials.toSorted((a, b) => a - b).every((serial, at) => serial === at + 1)
        if (!isWhole || serials.length !== one.last) {
          yield `${series(one)} counts to ${one.last} and has ${serials.join(', ')}`
        }
      }
      for (const number of repeated(issued.map((one) => one.number))) yield `${number} stands twice`
    },
  },
  {
    promise: 'an invoice adds up, and what is paid of it is the sum of its payments, never more',
    *broken({ tables: { bay } }) {
      for (const { id, totalMinor, paidMinor, roundOffMinor, status } of bay.invoices) {
        const lines = bay.billedLines.filter(({ invoiceId }) => invoiceId === id)
        const sum = sumOf(lines.map((line) => line.totalMinor)) + roundOffMinor
        if (sum !== totalMinor) yield `invoice ${id} is over ${totalMinor} and adds up to ${sum}`
        const payments = bay.payments.filter(({ invoiceId }) => invoiceId === id)
        const paid = sumOf(payments.map(({ amountMinor }) => amountMinor))
        if (paid !== paidMinor) yield `invoice ${id} counts ${paidMinor} of ${paid} paid`
        if (paid > totalMinor) yield `invoice ${id} is paid with ${paid} of ${totalMinor}`
        if ((status === 'paid') !== (paid === totalMinor)) yield `invoice ${id} is ${status}`
      }
    },
  },
  {
    promise: 'an acknowledged payment is there as it was told',
    *broken(world) {
      const { bay } = world.tables
      for (const { id, deed, answer } of acknowledged(world, 'pay')) {
        const payment = bay.payments.find(({ notes }) => notes === deed.mark)
        if (payment?.amountMinor !== deed.amount) {
          yield `${id}: ${payment?.amountMinor ?? 'nothing'} was taken of ${deed.amount}`
        }
        // The one door answers with the payment, the other with the invoice.
        const told = (answer?.data as { id: string } | undefined)?.id
        if (payment && told !== payment.id && told !== payment.invoiceId) {
          yield `${id}: was told of ${told} and not of ${payment.id}`
        }
      }
    },
  },
  {
    promise: 'a card knows its invoice, and how far it is paid',
    *broken({ tables: { bay } }) {
      for (const { id, invoiceId, paymentStatus } of bay.cards) {
        const invoice = bay.invoices.find(
          ({ cardId, status }) => cardId === id && status !== 'cancelled',
        )
        const wanted = invoice?.paymentStatus ?? 'pending'
        if (invoiceId !== (invoice?.id ?? null)) yield `card ${id} names the invoice ${invoiceId}`
        if (paymentStatus !== wanted) yield `card ${id} is ${paymentStatus}, its invoice ${wanted}`
      }
    },
  },
  {
    promise: 'every issued invoice has its document, with its bytes, and no draft has one',
    *broken({ stored, tables: { bay } }) {
      const issued = bay.invoices.flatMap(({ id, number }) => (number === null ? [] : [id]))
      const kept = bay.documents.map(({ id }) => id)
      yield* difference(['the issued invoices', issued], ['the documents', kept])
      for (const { id, storageKey } of bay.documents) {
        if (!stored.has(storageKey)) yield `the document of ${id} has lost its bytes`
      }
    },
  },
]

function* linesOf(bay: Bay, { id: cardId }: Card, { id }: Invoice): Generator<string> {
  const of = <Row extends { cardId: string }>(rows: Row[]) =>
    rows.filter((row) => row.cardId === cardId)
  const billed = bay.billedLines.filter(({ invoiceId }) => invoiceId === id)
  const line = (what: string, quantity: number, price: number) => `${quantity} ${what} at ${price}`
  const done = [
    ...of(bay.steps)
      .filter(({ status }) => status !== 'skipped')
      .map((step) => line(step.description, 1_000, step.priceMinor)),
    ...of(bay.extras)
      .filter(({ decision }) => decision === 'approved')
      .map((extra) => line(extra.description, 1_000, extra.costMinor)),
    ...of(bay.parts)
      .filter(({ used }) => (used ?? 0) > 0)
      .map((part) => line(part.itemId, part.used ?? 0, part.unitPriceMinor)),
  ]
  yield* unequal(
    `invoice ${id}`,
    billed.map((one) => line(one.itemId ?? one.description, one.quantity, one.unitPriceMinor)),
    `card ${cardId}`,
    done,
  )
}
