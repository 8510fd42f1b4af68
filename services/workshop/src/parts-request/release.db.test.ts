import { ReservationFilled } from '@forecourt/contracts/inventory-events'
import { meera, priya, ravi } from '@forecourt/testing/people'
import { answerParts } from '@forecourt/testing/reserving'
import { openStack, type Stack } from '@forecourt/testing/stack'
import type { SeenEvent } from '@forecourt/testing/topic-watch'
import {
  knowItem,
  knowStaff,
  knowWorkshops,
  startCard,
  type Card,
} from '@forecourt/testing/visiting'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { workshop } from '../service.ts'

let stack: Stack
let pad = ''
beforeAll(async () => {
  stack = await openStack(workshop)
  await knowWorkshops(stack)
  await knowStaff(stack)
  pad = await knowItem(stack)
})
afterAll(() => stack?.close())

interface Part {
  id: string
  status: string
}

function told(type: string, { id }: Card, is: (event: SeenEvent) => boolean = () => true) {
  const ofCard = ({ key, data }: SeenEvent) => key === id || data?.['jobCardId'] === id
  return stack.topics.next(`workshop.${type}.v1`, (event) => ofCard(event) && is(event))
}

/** A card that has asked for parts, and inventory's answer to each of them. */
async function holdParts(statuses: string[]): Promise<{ card: Card; lines: string[] }> {
  const card = await startCard(stack)
  const { data } = await stack.call<Part[]>(`PUT /workshop/job-cards/${card.id}/parts-request`, {
    as: ravi,
    body: { items: statuses.map(() => ({ itemId: pad, quantity: 1 })) },
  })
  await answerParts(stack, await told('parts-request.requested', card), statuses)
  await told('parts-request.accepted', card)
  return { card, lines: data.map(({ id }) => id) }
}

function release({ id }: Card, line = '', as = priya) {
  return stack.call<Part[]>(`PUT /workshop/job-cards/${id}/parts-required/${line}/release`, { as })
}

async function statusOf({ id }: Card): Promise<string> {
  return (await stack.call<Card>(`GET /workshop/job-cards/${id}`, { as: ravi })).data.status
}

test('a manager gives back what a card waits for, and it goes on when nothing is short', async () => {
  const { card, lines } = await holdParts(['reserved', 'waiting', 'waiting'])
  expect(await statusOf(card)).toBe('waiting_parts')
  const { data } = await release(card, lines[1])
  expect(data.map(({ status }) => status)).toEqual(['reserved', 'released', 'short'])
  expect(await statusOf(card)).toBe('waiting_parts')
  await release(card, lines[2])
  expect(await statusOf(card)).toBe('in_progress')
  const withdrawn = await told('parts-request.withdrawn', card)
  expect(withdrawn.data?.['lineIds']).toEqual([lines[1]])
})

test('a held part that was given back is neither used nor held again', async () => {
  const { card, lines } = await holdParts(['reserved', 'waiting'])
  await release(card, lines[0])
  const requested = await told('parts-request.requested', card)
  // What inventory said before it heard of it.
  await answerParts(stack, requested, ['reserved', 'reserved'], ReservationFilled, 2)
  await told('job-card.parts-arrived', card)
  const path = `/workshop/job-cards/${card.id}` as const
  const { data } = await stack.call<Part[]>(`GET ${path}/parts-required`, { as: ravi })
  expect(data.map(({ status }) => status)).toEqual(['released', 'reserved'])
  const completed = await stack.call<Card>(`PUT ${path}/complete`, { as: ravi, body: {} })
  expect(completed.data.partsUsed).toMatchObject([{ itemId: pad, quantity: 1 }])
})

test('of eight managers who give back one part at once, one does', async () => {
  const { card, lines } = await holdParts(['waiting'])
  const answers = await Promise.all(Array.from({ length: 8 }, () => release(card, lines[0])))
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b)
  expect(statuses).toEqual([200, 409, 409, 409, 409, 409, 409, 409])
  await told('job-card.parts-arrived', card)
  const { rows } = await stack.admin.query(
    `select status, version from parts_request where job_card_id = $1`,
    [card.id],
  )
  expect(rows).toEqual([{ status: 'withdrawn', version: 3 }])
})

test('a technician releases nothing, and a manager of another center sees no such card', async () => {
  const { card, lines } = await holdParts(['waiting'])
  expect((await release(card, lines[0], ravi)).status).toBe(403)
  expect((await release(card, lines[0], meera)).status).toBe(404)
  expect((await release(card, card.id)).status).toBe(404)
  await stack.call(`PUT /workshop/job-cards/${card.id}/cancel`, {
    as: priya,
    body: { reason: 'The customer left' },
  })
  expect((await release(card, lines[0])).body.error?.reason).toBe('state_forbids')
})
