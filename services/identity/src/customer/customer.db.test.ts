import { CustomerChanged, CustomerRegistered } from '@forecourt/contracts/customer-vehicle-events'
import { eventually } from '@forecourt/testing/eventually'
import { customerFact } from '@forecourt/testing/facts'
import { ownKeys } from '@forecourt/testing/own-keys'
import { publish } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { identity } from '../service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(identity, await ownKeys())
})
afterAll(() => stack?.close())

/** The digest by which a customer may sign in, once a version of theirs has come. */
function entrance(id: string, version: number) {
  return eventually('the customer', async () => {
    const { rows } = await stack.admin.query<{ phone: string | null }>(
      'select phone_index as phone from customer where id = $1 and version = $2',
      [id, version],
    )
    return rows[0]
  })
}

test('a phone that only staff has typed opens nothing until it is proved', async () => {
  const sunil = customerFact({ phone: '+919400000001' })
  await publish(stack, CustomerChanged, { ...sunil, isVerified: false })
  expect(await entrance(sunil.customerId, 1)).toEqual({ phone: null })
  await publish(stack, CustomerRegistered, { ...sunil, isVerified: true }, { version: 2 })
  expect(await entrance(sunil.customerId, 2)).toEqual({ phone: expect.any(String) })
})
