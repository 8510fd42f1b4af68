import { randomUUIDv7 } from 'node:crypto'
import { asha, kiran, ravi, pune } from '@forecourt/testing/people'
import { KeyRing } from '@forecourt/platform/config'
import { personalData } from '@forecourt/platform/personal'
import { knowCenters, register, submit } from '@forecourt/testing/registering'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { customerVehicle } from '../service.ts'

const personal = personalData(KeyRing.parse(testSecrets.PERSONAL_KEYS), [])
let stack: Stack
let id = ''
beforeAll(async () => {
  stack = await openStack(customerVehicle, { APP_DEBUG: 'true' })
  await knowCenters(stack)
  id = (await register(stack)).customer.id
})
afterAll(() => stack?.close())

function send(body: unknown, as = asha, to = id) {
  return stack.call<{ id: string; status: string }>(`POST /customers/${to}/notifications`, {
    as,
    body,
  })
}

test('thanks in own words leave as an event that hides them, and are audited', async () => {
  const text = 'Thank you, Rahul!'
  const { status, data, body } = await send({ type: 'thank_you', text })
  expect(status).toBe(201)
  expect(data).toEqual({ id: expect.any(String), status: 'requested' })
  const told = await stack.topics.next(
    'customer-vehicle.outreach.requested.v1',
    ({ key }) => key === data.id,
  )
  expect(told.data).toMatchObject({ customerId: id, serviceCenterId: pune, type: 'thank_you' })
  expect(JSON.stringify(told.data)).not.toContain('Rahul')
  const place = { table: 'outreach', column: 'text', id: data.id }
  expect(personal.open(String(told.data?.['text']), place)).toBe(text)
  const line = await stack.topics.next(
    'customer-vehicle.audit.recorded.v1',
    ({ data: deed }) => deed?.['requestId'] === body.meta.requestId,
  )
  expect(line.data).toMatchObject({
    ...{ action: 'POST /customers/:id/notifications', outcome: 'done' },
    ...{ userId: asha.userId, entityId: id },
  })
})

test('it may be sent again and again, also by an administrator of no center', async () => {
  const { data } = await send({ type: 'discount' }, kiran)
  const again = await send({ type: 'discount' }, kiran)
  expect(again.data.id).not.toBe(data.id)
  const told = await stack.topics.next(
    'customer-vehicle.outreach.requested.v1',
    ({ key }) => key === again.data.id,
  )
  expect(told.data).toMatchObject({ serviceCenterId: pune, text: null })
})

test('whoever withdrew consent gets thanks and no discounts', async () => {
  await stack.admin.query('update customer set marketing_consent = false where id = $1', [id])
  const { status, body } = await send({ type: 'discount' })
  expect([status, body.error?.reason]).toEqual([409, 'consent_missing'])
  expect((await send({ type: 'thank_you' })).status).toBe(201)
})

test('nobody is written to who has not proved the phone', async () => {
  await stack.redis.flushdb()
  const { registrationId } = (await submit(stack)).data
  const { status, body } = await send({ type: 'thank_you' }, asha, registrationId)
  expect([status, body.error?.reason]).toEqual([409, 'state_forbids'])
})

test('one person writes to 60 customers in a quarter of an hour, and no more', async () => {
  await stack.redis.flushdb()
  const ends: number[] = []
  for (let tries = 0; tries < 61; tries += 1) {
    ends.push((await send({ type: 'thank_you' }, asha, randomUUIDv7())).status)
  }
  expect(ends).toEqual([...Array.from({ length: 60 }, () => 404), 429])
  await stack.redis.flushdb()
})

test('an unknown kind and a text without words are refused, and so is Ravi', async () => {
  expect((await send({ type: 'spam' })).status).toBe(422)
  expect((await send({ type: 'thank_you', text: ' ' })).status).toBe(422)
  expect((await send({ type: 'thank_you' }, ravi)).status).toBe(403)
})
