import type { Client } from '../client.ts'
import { markOf, onceHeard, toldIn, type Desk } from './desk.ts'
import { moveOf, perhapsTwice, type Job } from './job.ts'

interface Invoice {
  id: string
  totalAmount: number
}

/** Bills the job, issues the invoice, and takes the money in one part or two. */
export async function billAndPay(job: Job): Promise<boolean> {
  const { client, manager } = job
  const draft = await billWork(job)
  if (!draft) return false
  const issue = (isContested: boolean, desk = manager) => {
    const deed = moveOf('billing.invoice.issued', draft.id, isContested)
    return () => desk.ask(deed, 'PUT /invoices/:id/finalize', [draft.id], {})
  }
  const issued = await perhapsTwice(client, 'an issue', issue, job.technician)
  const invoice = toldIn<Invoice>(issued)
  return invoice !== undefined && takeMoney(job, invoice)
}

/** A draft; now and then the first one is given up, and the job is billed again. */
async function billWork({ client, manager, cardId }: Job): Promise<Invoice | undefined> {
  const bill = async () => {
    const deed = { kind: 'bill', cardId } as const
    const endpoint = 'POST /invoices/from-job-card/:jobCardId'
    const ask = () => manager.ask(deed, endpoint, [cardId])
    return toldIn<Invoice>(await onceHeard(ask, ['not_found', 'job_card_unfinished']))
  }
  const draft = await bill()
  if (!draft || client.chance.happens(0.8)) return draft
  const cancel = (isContested: boolean) => {
    const deed = moveOf('billing.invoice.cancelled', draft.id, isContested)
    return () => manager.ask(deed, 'PUT /invoices/:id/cancel', [draft.id])
  }
  return (await perhapsTwice(client, 'giving up a draft', cancel)) && bill()
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
