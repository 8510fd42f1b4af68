import type { Client } from '../client.ts'
import { markOf, onceHeard, toldIn, type Desk } from './desk.ts'
import { moveOf, perhapsTwice, type Job } from './job.ts'

interface Invoice {
  id: string
  totalAmount: number
}

/** Bills the job, issues the invoice, and takes the money in one part or two. */
export async function billAndPay(job: Job): Promise<boolean> {
  const { client, manager, cardId } = job
  const ask = () =>
    manager.ask({ kind: 'bill', cardId }, 'POST /invoices/from-job-card/:jobCardId', [cardId])
  const drafted = await onceHeard(ask, ['not_found', 'job_card_unfinished'])
  const draft = toldIn<Invoice>(drafted)
  if (!draft) return false
  const issue =
    (isContested: boolean, desk = manager) =>
    () =>
      desk.ask(
        moveOf('billing.invoice.issued', draft.id, isContested),
        'PUT /invoices/:id/finalize',
        [draft.id],
        {},
      )
  const issued = toldIn<Invoice>(await perhapsTwice(client, 'an issue', issue, job.technician))
  if (!issued) return false
  return takeMoney(job, issued)
}

async function takeMoney(job: Job, { id, totalAmount }: Invoice): Promise<boolean> {
  const { client, manager, technician } = job
  const total = Math.round(totalAmount * 100)
  const first = client.chance.happens(0.5) ? Math.round(total * 0.4) : 0
  if (first > 0 && !toldIn(await pay(client, manager, id, first))) return false
  const rest = total - first
  const take =
    (isContested: boolean, desk = technician) =>
    () =>
      client.chance.happens(0.5)
        ? pay(client, desk, id, rest, isContested)
        : payWhole(client, desk, id, rest, isContested)
  return toldIn(await perhapsTwice(client, 'a payment of all', take, manager)) !== undefined
}

function pay(client: Client, desk: Desk, id: string, amount: number, isContested = false) {
  const mark = markOf(client)
  const deed = { kind: 'pay', mark, amount, isContested } as const
  const body = { amount: amount / 100, paymentMethod: 'upi', notes: mark }
  return desk.ask(deed, 'POST /invoices/:id/payments', [id], body)
}

function payWhole(client: Client, desk: Desk, id: string, amount: number, isContested: boolean) {
  const mark = markOf(client)
  const deed = { kind: 'pay', mark, amount, isContested } as const
  return desk.ask(deed, 'PUT /invoices/:id/pay', [id], { paymentMethod: 'card', notes: mark })
}
