import type { Client } from '../client.ts'
import type { Answer, Deed } from '../journal.ts'
import { deskOf, markOf, onceHeard, race, toldIn, type Desk } from './desk.ts'
import { visitorOf } from './registration.ts'
import { addPart, adjust, somePart } from './stock.ts'
import type { Resident, Town } from './story.ts'

/** Looks at a card's parts before somebody buys once more; each is a quarter of a second. */
const LOOKS = 20
const PURCHASES = 15

/** A vehicle in the bay, and who works there. */
export interface Job {
  client: Client
  advisor: Desk
  manager: Desk
  technician: Desk
  requestId: string
  cardId: string
}

interface Thing {
  id: string
}

interface Line {
  itemId: string
  quantity: number
  status: string
}

/** Asks for work on somebody's vehicle, has it approved, and opens its card. */
export async function receiveVehicle(client: Client, town: Town): Promise<Job | undefined> {
  const visitor = await visitorOf(client, town)
  if (!visitor) return undefined
  const of = visitor.isOfPune ? '' : '.mum'
  const advisor = await deskOf(client, `advisor${of}`)
  const manager = advisor && (await deskOf(client, `manager${of}`))
  const technician = manager && (await deskOf(client, `technician${of}`))
  if (!technician) return undefined
  const request = await askForWork(client, advisor, visitor)
  if (!request) return undefined
  const job = { client, advisor, manager, technician, requestId: request.id, cardId: '' }
  const approve = (isContested: boolean) => () =>
    manager.ask(
      moveOf('workshop.service-request.approved', request.id, isContested),
      'PUT /workshop/service-requests/:id/approve',
      [request.id],
      {},
    )
  if (!(await perhapsTwice(client, 'an approval', approve))) return undefined
  const cardId = await openCard(job)
  return cardId === undefined ? undefined : { ...job, cardId }
}

async function askForWork(
  client: Client,
  advisor: Desk,
  { customerId, vehicleIds }: Resident,
): Promise<Thing | undefined> {
  const vehicleId = client.chance.pick(vehicleIds)
  const ask = () => {
    const mark = markOf(client)
    const body = { customerId, vehicleId, serviceType: 'repair', description: mark }
    return advisor.ask({ kind: 'ask-work', mark }, 'POST /workshop/service-requests', [], body)
  }
  return toldIn<Thing>(await onceHeard(ask, ['not_found']))
}

/** Opens the card of an approved request. */
export async function openCard({ client, advisor, ...job }: Job): Promise<string | undefined> {
  const mark = markOf(client)
  const services = [{ serviceType: 'repair', description: mark, price: 1_500.25 }]
  const body = { serviceRequestId: job.requestId, services }
  const answer = await advisor.ask(
    { kind: 'open-card', mark },
    'POST /workshop/job-cards',
    [],
    body,
  )
  return toldIn<Thing>(answer)?.id
}

export async function assign({ manager, technician, cardId }: Job): Promise<boolean> {
  const body = { assignedEngineer: technician.userId }
  const ask = () =>
    manager.ask(
      moveOf('workshop.job-card.assigned', cardId),
      'PUT /workshop/job-cards/:id/assign',
      [cardId],
      body,
    )
  return toldIn(await onceHeard(ask, ['engineer_not_in_center'])) !== undefined
}

/** Asks for parts that others may want too, or for more of them than there are. */
export async function needParts(job: Job, town: Town, quantity: number): Promise<boolean> {
  const itemId = somePart(job.client, town) ?? (await firstPart(job, town))
  if (itemId === undefined) return false
  const { technician, cardId } = job
  const body = { items: [{ itemId, quantity }] }
  const ask = () =>
    technician.ask(
      { kind: 'need-parts', cardId },
      'PUT /workshop/job-cards/:id/parts-request',
      [cardId],
      body,
    )
  return toldIn(await onceHeard(ask, ['item_unknown'])) !== undefined
}

async function firstPart({ client }: Job, town: Town): Promise<string | undefined> {
  const keeper = await deskOf(client, 'inventory')
  const itemId = keeper && (await addPart(client, keeper, 5))
  if (itemId !== undefined) town.parts.push(itemId)
  return itemId
}

/**
 * Waits until all parts are set aside; what is short is bought, though others may be quicker.
 * Nothing when nobody waits any longer: whether the card still does wrongly is asked in the end.
 */
export async function awaitParts(job: Job): Promise<Line[] | undefined> {
  const { client, manager, technician, cardId } = job
  for (let left = PURCHASES; left > 0; left -= 1) {
    let looks = 0
    const lines = await technician.find<Line[]>(
      'GET /workshop/job-cards/:id/parts-required',
      [cardId],
      (found) => {
        looks += 1
        if (found.some(({ status }) => status === 'requested')) return false
        return found.every(isThere) || looks > LOOKS || left === PURCHASES
      },
    )
    if (!lines) return undefined
    const short = lines.filter((line) => !isThere(line))
    if (short.length === 0) return lines
    for (const { itemId, quantity } of short) await adjust(client, manager, itemId, quantity)
  }
  return undefined
}

function isThere({ status }: Line): boolean {
  return status === 'reserved'
}

export async function startWork({ technician, cardId }: Job): Promise<boolean> {
  const deed = moveOf('workshop.job-card.started', cardId)
  return (
    toldIn(await technician.ask(deed, 'PUT /workshop/job-cards/:id/start', [cardId])) !== undefined
  )
}

/** More is to be done; the customer says yes or no to each of it. */
export async function proposeMore({ client, advisor, technician, cardId }: Job): Promise<boolean> {
  const mark = markOf(client)
  const descriptions = client.chance.happens(0.5) ? [mark] : [mark, 'Polish']
  const additionalServices = descriptions.map((description) => ({ description, cost: 800.75 }))
  const answer = await technician.ask(
    { kind: 'propose', mark },
    'PUT /workshop/job-cards/:id/additional-services',
    [cardId],
    { additionalServices },
  )
  const card = toldIn<{ additionalServices: { id: string; decision: string }[] }>(answer)
  const pending = card?.additionalServices.filter(({ decision }) => decision === 'pending') ?? []
  for (const { id: serviceId } of pending) {
    const word = client.chance.happens(0.7) ? 'approve' : 'reject'
    const decided = await advisor.ask(
      { kind: 'decide', serviceId },
      `PUT /workshop/job-cards/:id/additional-services/:lineId/${word}`,
      [cardId, serviceId],
    )
    if (!toldIn(decided)) return false
  }
  return card !== undefined
}

/** Ends the work; now and then one part of what was set aside was not used. */
export async function completeWork(job: Job, lines: Line[]): Promise<boolean> {
  const { client, manager, technician, cardId } = job
  const [first, ...others] = lines
  const isPartly = first !== undefined && first.quantity > 1 && client.chance.happens(0.4)
  const used = isPartly ? [{ ...first, quantity: first.quantity - 1 }, ...others] : undefined
  const partsUsed = used && usedOf(used)
  const complete =
    (isContested: boolean, desk = technician) =>
    () => {
      const mark = markOf(client)
      const deed = { kind: 'complete', mark, isContested } as const
      const body = { notes: mark, ...(partsUsed && { partsUsed }) }
      return desk.ask(deed, 'PUT /workshop/job-cards/:id/complete', [cardId], body)
    }
  return (await perhapsTwice(client, 'a completion', complete, manager)) !== undefined
}

/** An item is named once, with all that was used of it. */
function usedOf(lines: Line[]) {
  const byItem = Map.groupBy(lines, ({ itemId }) => itemId)
  return [...byItem].map(([itemId, ofItem]) => ({
    itemId,
    quantity: ofItem.reduce((sum, { quantity }) => sum + quantity, 0),
  }))
}

export async function deliverVehicle({ advisor, cardId }: Job): Promise<boolean> {
  const deed = moveOf('workshop.job-card.delivered', cardId)
  return (
    toldIn(await advisor.ask(deed, 'PUT /workshop/job-cards/:id/deliver', [cardId])) !== undefined
  )
}

/** Calls the card off; its parts go back, whatever inventory has said of them so far. */
export async function callOff({ client, advisor, manager, cardId }: Job): Promise<boolean> {
  const cancel =
    (isContested: boolean, desk = advisor) =>
    () => {
      const mark = markOf(client)
      const deed = { kind: 'call-off', mark, isContested } as const
      return desk.ask(deed, 'PUT /workshop/job-cards/:id/cancel', [cardId], { reason: mark })
    }
  return (await perhapsTwice(client, 'a cancellation', cancel, manager)) !== undefined
}

export function moveOf(type: string, id: string, isContested = false): Deed {
  return { kind: 'move', type: `${type}.v1`, id, isContested }
}

/** Does it, or lets two people do it at the same moment: each with a command of their own. */
export async function perhapsTwice<Other>(
  client: Client,
  what: string,
  ask: (isContested: boolean, other?: Other) => () => Promise<Answer | undefined>,
  other?: Other,
): Promise<Answer | undefined> {
  if (client.chance.happens(0.3)) return race(client, what, [ask(true), ask(true, other)])
  const answer = await ask(false)()
  return answer && answer.status < 300 ? answer : undefined
}
