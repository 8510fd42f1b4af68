import { KeyRing } from '@forecourt/platform/config'
import { unseal } from '@forecourt/platform/personal'
import { eventually } from '@forecourt/testing/eventually'
import { expectReadable, testLargestNumbers } from '@forecourt/testing/largest'
import { asha, priya, ravi } from '@forecourt/testing/people'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import {
  askForWork,
  knowItem,
  knowStaff,
  knowWorkshops,
  openCard,
  registerVisitor,
  startCard,
} from '@forecourt/testing/visiting'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { workshop } from './service.ts'

let stack: Stack
let itemId = ''
beforeAll(async () => {
  stack = await openStack(workshop)
  await knowWorkshops(stack)
  await knowStaff(stack)
  itemId = await knowItem(stack)
})
afterAll(() => stack?.close())

const LARGEST = 10_000_000_000

async function approvedRequest(): Promise<string> {
  const { id } = (await askForWork(stack, await registerVisitor(stack))).data
  await stack.call(`PUT /workshop/service-requests/${id}/approve`, { as: priya, body: {} })
  return id
}

const services = [
  { serviceType: 'repair', description: 'Engine', estimatedTime: 1, price: 1, taxRate: 18 },
]
const additionalServices = [{ description: 'Polish', cost: 1, taxRate: 18 }]

function ofCard(card: { id: string }, body: object, as = ravi) {
  return { as, id: card.id, body, shownAt: [`GET /workshop/job-cards/${card.id}` as const] }
}

testLargestNumbers(workshop, () => stack, {
  'POST /workshop/service-requests': async () => ({
    as: asha,
    body: { ...(await registerVisitor(stack)), estimatedCost: 1 },
  }),
  'PUT /workshop/service-requests/:id': async () => ({
    as: asha,
    id: await approvedRequest(),
    body: { estimatedCost: 1 },
  }),
  'POST /workshop/job-cards': async () => ({
    as: asha,
    body: { serviceRequestId: await approvedRequest(), services },
  }),
  'PUT /workshop/job-cards/:id': async () => {
    const card = await startCard(stack)
    return ofCard(card, { services: [{ id: card.services[0]?.id }] })
  },
  'PUT /workshop/job-cards/:id/pre-inspection': async () =>
    ofCard(await openCard(stack), { odometerReading: 1 }, asha),
  'PUT /workshop/job-cards/:id/additional-services': async () =>
    ofCard(await startCard(stack), { additionalServices }),
  'PUT /workshop/job-cards/:id/parts-request': async () => {
    const card = await startCard(stack)
    const parts = `GET /workshop/job-cards/${card.id}/parts-required` as const
    return { ...ofCard(card, { items: [{ itemId, quantity: 1 }] }), shownAt: [parts] }
  },
  'PUT /workshop/job-cards/:id/complete': async () =>
    ofCard(await startCard(stack), { partsUsed: [{ itemId, quantity: 1 }] }),
})

test('a job card comes to no more than can be billed, by its steps, parts and proposals', async () => {
  const refusal = [422, 'amount_too_large']
  const [engine] = services
  const opened = await stack.call('POST /workshop/job-cards', {
    as: asha,
    body: {
      serviceRequestId: await approvedRequest(),
      services: [1, 2].map(() => ({ ...engine, price: LARGEST })),
    },
  })
  expect([opened.status, opened.body.error?.reason]).toEqual(refusal)
  const { id } = await startCard(stack)
  const asking = [
    ['additional-services', { additionalServices: [1, 2].map((n) => proposed(`Engine ${n}`)) }],
    ['parts-request', { items: [{ itemId, quantity: 10_000_000 }] }],
  ] as const
  for (const [what, body] of asking) {
    const asked = await stack.call(`PUT /workshop/job-cards/${id}/${what}`, { as: ravi, body })
    expect([what, asked.status, asked.body.error?.reason]).toEqual([what, ...refusal])
  }
  await expectReadable(stack, ['GET /workshop/job-cards', `GET /workshop/job-cards/${id}`])
})

function proposed(description: string, cost = LARGEST / 2) {
  return { description, cost }
}

test('a customer is shown what was proposed, however much it comes to', async () => {
  const { id } = await startCard(stack)
  const body = { additionalServices: [1, 2].map((n) => proposed(`Engine ${n}`, 1_000)) }
  await stack.call(`PUT /workshop/job-cards/${id}/additional-services`, { as: ravi, body })
  const told = await eventually('a link', () =>
    stack.topics.seen.find(
      ({ type, data }) => type === 'workshop.link.requested.v1' && data?.['jobCardId'] === id,
    ),
  )
  const { linkId, token } = told.data as { linkId: string; token: string }
  await stack.admin.query('update additional_service set cost_minor = $1 where job_card_id = $2', [
    LARGEST * 100,
    id,
  ])
  const transport = KeyRing.parse(testSecrets.TRANSPORT_KEYS)
  const address = `/approvals/${unseal(transport, token, `link|token|${linkId}`)}` as const
  const { status, data } = await stack.call<{ total: number }>(`GET ${address}`)
  expect([status, data.total]).toEqual([200, 2.36 * LARGEST])
})
