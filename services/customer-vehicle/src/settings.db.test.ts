import { decide } from '@forecourt/testing/deciding'
import { mohan } from '@forecourt/testing/people'
import { knowCenters, newPhone, submit } from '@forecourt/testing/registering'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { customerVehicle } from './service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(customerVehicle, { APP_DEBUG: 'true' })
  await knowCenters(stack)
})
afterAll(() => stack?.close())

test('a person looks up as many customers an hour as administrators have decided', async () => {
  await decide(stack, 'customerLookupsPerHour', 3)
  const ends: number[] = []
  for (let tries = 0; tries < 4; tries += 1) {
    const body = { phone: newPhone() }
    ends.push((await stack.call('POST /customers/lookup', { as: mohan, body })).status)
  }
  expect(ends).toEqual([404, 404, 404, 429])
})

test('an unproved registration waits for as many days as administrators have decided', async () => {
  await decide(stack, 'unverifiedRegistrationDays', 3)
  const { data } = await submit(stack, {})
  const { rows } = await stack.admin.query<{ days: number }>(
    `select extract(epoch from due_at - now())::float8 / 86400 as days
       from timer where subject = $1`,
    [data.registrationId],
  )
  expect(rows.map(({ days }) => Math.round(days))).toEqual([3])
})
