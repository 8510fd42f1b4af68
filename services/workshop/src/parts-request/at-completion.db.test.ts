import { randomUUIDv7 } from 'node:crypto'
import { ReservationReleased, StockLevelChanged } from '@forecourt/contracts/inventory-events'
import { open } from '@forecourt/platform/run'
import { caller } from '@forecourt/testing/caller'
import { eventually } from '@forecourt/testing/eventually'
import { dev, priya, pune, ravi } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
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
let bulb = ''
beforeAll(async () => {
  // However busy the machine is, an answer that comes at all comes in time.
  stack = await openStack(workshop, { STOCK_ANSWER_MS: '20000' })
  await knowWorkshops(stack)
  await knowStaff(stack)
  pad = await knowItem(stack)
  bulb = await knowItem(stack)
})
afterAll(() => stack?.close())

interface Used {
  itemId: string
  quantity: number
  isWarranty?: boolean
  warrantyNumber?: string
}

function complete({ id }: Card, partsUsed?: Used[], as = ravi) {
  const body = partsUsed ? { partsUsed } : {}
  return stack.call<Card>(`PUT /workshop/job-cards/${id}/complete`, { as, body })
}

function eventsOf({ id }: Card, type: string): SeenEvent[] {
  return stack.topics.seen.filter(
    (event) =>
      event.type === `workshop.${type}.v1` &&
      (event.key === id || event.data?.['jobCardId'] === id),
  )
}

/** The nth event of a type that a card has brought about. */
function told(card: Card, type: string, nth = 1): Promise<SeenEvent> {
  return eventually(`${type} ${nth}`, () => eventsOf(card, type)[nth - 1])
}

function partsOf({ id }: Card) {
  return stack.admin
    .query<{ status: string; used_milli: number | null }>(
      `select status, used_milli::int from parts_request_line where job_card_id = $1
        order by parts_request_id, position`,
      [id],
    )
    .then(({ rows }) => rows)
}

/** A card for which so many pads are reserved. */
async function holdPads(quantity: number): Promise<Card> {
  const card = await startCard(stack)
  const body = { items: [{ itemId: pad, quantity }] }
  await stack.call(`PUT /workshop/job-cards/${card.id}/parts-request`, { as: ravi, body })
  await answerParts(stack, await told(card, 'parts-request.requested'), ['reserved'])
  await told(card, 'parts-request.accepted')
  return card
}

test('what was used beyond the reserved is asked of inventory, and the job is done with all of it', async () => {
  const card = await holdPads(2)
  const completing = complete(card, [
    { itemId: pad, quantity: 3 },
    { itemId: bulb, quantity: 0.5, isWarranty: true, warrantyNumber: 'W-7' },
  ])
  const asked = await told(card, 'parts-request.requested', 2)
  expect(asked.data?.['lines']).toMatchObject([
    { itemId: pad, quantity: 1 },
    { itemId: bulb, quantity: 0.5 },
  ])
  await answerParts(stack, asked, ['reserved', 'reserved'])
  const { status, data } = await completing
  expect([status, data.status]).toEqual([200, 'completed'])
  expect(data.partsUsed).toMatchObject([
    { itemId: pad, quantity: 2, total: 2_400 },
    { itemId: pad, quantity: 1, total: 1_200 },
    { itemId: bulb, quantity: 0.5, unitPrice: 0, total: 0, warrantyNumber: 'W-7' },
  ])
  await told(card, 'parts-request.used', 2)
  // Two requests are two keys, whose events come in no order.
  const used = eventsOf(card, 'parts-request.used').map(({ data: fact }) => fact?.['lines'])
  expect(used).toHaveLength(2)
  expect(used).toContainEqual([expect.objectContaining({ quantityUsed: 2, isWarranty: false })])
  expect(used).toContainEqual([
    expect.objectContaining({ quantityUsed: 1, isWarranty: false }),
    expect.objectContaining({ quantityUsed: 0.5, isWarranty: true }),
  ])
  expect(eventsOf(card, 'job-card.parts-awaited')).toEqual([])
})

test('what is short is refused with what is available, and nothing of it is held', async () => {
  const card = await holdPads(1)
  const level = { stockLevelId: randomUUIDv7(), serviceCenterId: pune, reorderPoint: null }
  const figures = { itemId: bulb, onHand: 1, reserved: 0, available: 1 }
  await publish(stack, StockLevelChanged, { ...level, ...figures })
  await eventually('a stock level', async () => {
    const { rowCount } = await stack.admin.query('select from stock_level where item_id = $1', [
      bulb,
    ])
    return rowCount === 1
  })
  const completing = complete(card, [
    { itemId: pad, quantity: 2 },
    { itemId: bulb, quantity: 2 },
  ])
  const asked = await told(card, 'parts-request.requested', 2)
  await answerParts(stack, asked, ['reserved', 'waiting'])
  const { status, body } = await completing
  expect([status, body.error?.reason]).toEqual([409, 'stock_insufficient'])
  expect(body.message).toMatch(/^Only 1 set of BRK-\w+ is available\.$/)
  const withdrawn = await told(card, 'parts-request.withdrawn')
  expect(withdrawn.key).toBe(asked.key)
  expect(withdrawn.data?.['lineIds']).toHaveLength(2)
  expect((await partsOf(card)).map((line) => line.status)).toEqual([
    'reserved',
    'released',
    'released',
  ])
  expect((await complete(card)).data).toMatchObject({
    status: 'completed',
    partsUsed: [{ itemId: pad, quantity: 1 }],
  })
})

test('a stock that does not answer in time is not waited for, and its late answer holds nothing', async () => {
  const card = await holdPads(1)
  const hasty = await open(workshop, { ...stack.env, STOCK_ANSWER_MS: '1' })
  const { status, body, headers } = await caller(hasty.url)(
    `PUT /workshop/job-cards/${card.id}/complete`,
    { as: ravi, body: { partsUsed: [{ itemId: bulb, quantity: 1 }] } },
  )
  await hasty.close()
  expect([status, body.error?.reason]).toEqual([503, 'stock_unanswered'])
  expect(headers.get('retry-after')).toBe('2')
  const asked = await told(card, 'parts-request.requested', 2)
  expect((await told(card, 'parts-request.withdrawn')).key).toBe(asked.key)
  await answerParts(stack, asked, ['reserved'])
  await answerParts(stack, asked, ['released'], ReservationReleased, 2)
  await told(card, 'parts-request.accepted', 2)
  expect((await partsOf(card)).map((line) => line.status)).toEqual(['reserved', 'released'])
  const again = complete(card, [{ itemId: bulb, quantity: 1 }])
  await answerParts(stack, await told(card, 'parts-request.requested', 3), ['reserved'])
  expect((await again).data).toMatchObject({
    status: 'completed',
    partsUsed: [{ itemId: bulb, quantity: 1 }],
  })
})

test('of eight completions at once that used more, one asks and one has an effect', async () => {
  const card = await holdPads(1)
  const completing = Array.from({ length: 8 }, (_, turn) =>
    complete(card, [{ itemId: pad, quantity: 4 }], turn % 2 ? ravi : priya),
  )
  await answerParts(stack, await told(card, 'parts-request.requested', 2), ['reserved'])
  const answers = await Promise.all(completing)
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b)
  expect(statuses).toEqual([200, 409, 409, 409, 409, 409, 409, 409])
  expect(await partsOf(card)).toMatchObject([{ used_milli: 1_000 }, { used_milli: 3_000 }])
  await told(card, 'job-card.completed')
  expect(eventsOf(card, 'parts-request.requested')).toHaveLength(2)
})

test('what was reserved for a completion that did not follow is given back in time', async () => {
  const card = await holdPads(1)
  const completing = complete(card, [{ itemId: bulb, quantity: 1 }])
  const asked = await told(card, 'parts-request.requested', 2)
  const more = { additionalServices: [{ description: 'Wash', cost: 1 }] }
  await stack.call(`PUT /workshop/job-cards/${card.id}/additional-services`, {
    as: ravi,
    body: more,
  })
  await answerParts(stack, asked, ['reserved'])
  expect((await completing).body.error?.reason).toBe('state_forbids')
  expect((await partsOf(card)).map((line) => line.status)).toEqual(['reserved', 'reserved'])
  const { rowCount } = await stack.admin.query(
    'update timer set due_at = now() where subject = $1',
    [asked.key],
  )
  expect(rowCount).toBe(1)
  expect((await told(card, 'parts-request.withdrawn')).key).toBe(asked.key)
  expect((await partsOf(card)).map((line) => line.status)).toEqual(['reserved', 'released'])
})

test('nothing is asked for whom the card is not, nor of an item that nobody knows', async () => {
  const card = await startCard(stack)
  const foreign = await complete(card, [{ itemId: bulb, quantity: 1 }], dev)
  expect(foreign.body.error?.reason).toBe('not_your_job_card')
  const unknown = await complete(card, [{ itemId: card.id, quantity: 1 }])
  expect(unknown.body.error?.reason).toBe('item_unknown')
  expect(await partsOf(card)).toEqual([])
  expect((await complete(card)).status).toBe(200)
})
