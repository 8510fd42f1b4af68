import { UserChanged } from '@forecourt/contracts/identity-events'
import { eventually } from '@forecourt/testing/eventually'
import { dev, priya, ravi, type Person } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { userFact } from '@forecourt/testing/visit-facts'
import { knowStaff, knowWorkshops, openCard } from '@forecourt/testing/visiting'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { workshop } from '../service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(workshop)
  await knowWorkshops(stack)
  await knowStaff(stack)
})
afterAll(() => stack?.close())

async function offered(): Promise<string[]> {
  const { data } = await stack.call<{ id: string }[]>('GET /workshop/engineers', { as: priya })
  return data.map(({ id }) => id)
}

/** Identity tells that the account is in this state now. */
async function tell(person: Person, version: number, changes: { status?: string; role?: string }) {
  await publish(stack, UserChanged, { ...userFact(person), ...changes }, { version })
  await eventually('the change', async () => {
    const { rowCount } = await stack.admin.query(
      'select from staff where id = $1 and version >= $2',
      [person.userId, version],
    )
    return rowCount === 1
  })
}

async function assign({ userId }: Person) {
  const card = await openCard(stack)
  const body = { assignedEngineer: userId }
  return stack.call(`PUT /workshop/job-cards/${card.id}/assign`, { as: priya, body })
}

test('whoever was suspended is offered no work and given none, until the account is open again', async () => {
  expect(await offered()).toContain(ravi.userId)
  await tell(ravi, 2, { status: 'suspended' })
  expect(await offered()).not.toContain(ravi.userId)
  const refused = await assign(ravi)
  expect([refused.status, refused.body.error?.reason]).toEqual([409, 'engineer_not_in_center'])
  await tell(ravi, 3, { status: 'active' })
  expect(await offered()).toContain(ravi.userId)
  expect((await assign(ravi)).status).toBe(200)
})

test('whoever repairs no more is offered no work', async () => {
  await tell(dev, 2, { role: 'advisor' })
  expect(await offered()).not.toContain(dev.userId)
  expect((await assign(dev)).status).toBe(409)
})
