import { randomUUID } from 'node:crypto'
import { asha, priya, ravi } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { knowStaff, knowWorkshops, openCard, type Card } from '@forecourt/testing/visiting'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { workshop } from '../service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(workshop)
  await knowWorkshops(stack)
  await knowStaff(stack)
})
afterAll(() => stack?.close())

function inspect({ id }: Card, images: string[]) {
  const path = `PUT /workshop/job-cards/${id}/pre-inspection` as const
  return stack.call<Card>(path, { as: ravi, body: { odometerReading: 45_210, images } })
}

function told({ id }: Card, status: string) {
  return stack.topics.next(
    'workshop.job-card.inspected.v1',
    ({ key, data }) => key === id && data?.['status'] === status,
  )
}

test('photos are named by the id or the address of their files, and shown by their addresses', async () => {
  const card = await openCard(stack)
  const [one, other] = [randomUUID(), randomUUID()]
  const images = [`/api/v1/files/${one}/content`, `/api/v1/files/${other}/content`]
  const { status, data } = await inspect(card, [one, images[1] ?? ''])
  expect([status, data]).toMatchObject([200, { preInspection: { images } }])
  const seen = await stack.call<Card>(`GET /workshop/job-cards/${card.id}`, { as: asha })
  expect(seen.data).toMatchObject({ preInspection: { images } })
  expect((await told(card, 'inspected')).data?.['photoFileIds']).toEqual([one, other])
})

test('photos of an inspection after the assignment are told too', async () => {
  const card = await openCard(stack)
  const body = { assignedEngineer: ravi.userId }
  await stack.call(`PUT /workshop/job-cards/${card.id}/assign`, { as: priya, body })
  const photo = randomUUID()
  await inspect(card, [photo])
  expect((await told(card, 'assigned')).data?.['photoFileIds']).toEqual([photo])
})

test('what is no file of ours is no photo', async () => {
  const card = await openCard(stack)
  const { status, body } = await inspect(card, ['https://elsewhere.example/dent.jpg'])
  expect(status).toBe(422)
  expect(Object.keys(body.errors ?? {})).toEqual(['images.0'])
})
