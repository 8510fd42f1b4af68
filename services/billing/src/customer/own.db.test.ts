import { randomUUIDv7 } from 'node:crypto'
import { CustomerChanged } from '@forecourt/contracts/customer-vehicle-events'
import { cardFact, completeCard, knowBilling, knowCustomer } from '@forecourt/testing/billing'
import { eventually } from '@forecourt/testing/eventually'
import { customerFact } from '@forecourt/testing/facts'
import { gita, priya, pune } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { billing } from '../service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(billing)
  await knowBilling(stack)
})
afterAll(() => stack?.close())

/** Somebody who signs in with an account of their own. */
function newAccount(): typeof gita {
  return { ...gita, userId: randomUUIDv7(), sessionId: randomUUIDv7() }
}

/** A customer whose account came after the registration: the two have different ids. */
async function linkedLater() {
  const as = newAccount()
  const customerId = await knowCustomer(stack)
  const linked = customerFact({ customerId, accountId: as.userId })
  await publish(stack, CustomerChanged, linked, { version: 2 })
  await eventually('the account of a customer', async () => {
    const { rowCount } = await stack.admin.query('select from customer where account_id = $1', [
      as.userId,
    ])
    return rowCount === 1
  })
  return { as, customerId }
}

/** A customer whose account came first: customer and account have one id. */
async function accountFirst() {
  const as = newAccount()
  const customerId = await knowCustomer(stack, { customerId: as.userId, accountId: as.userId })
  return { as, customerId }
}

/** An invoice of Pune that was issued, and half paid. */
async function issuedTo(customerId: string): Promise<string> {
  const id = await completeCard(stack, cardFact(customerId))
  await stack.call(`PUT /invoices/${id}/finalize`, { as: priya })
  const body = { amount: 500, paymentMethod: 'cash', notes: 'Came in coins' }
  const { status, text } = await stack.call(`POST /invoices/${id}/payments`, { as: priya, body })
  if (status !== 201) throw new Error(`The payment was refused: ${text}`)
  return id
}

async function idsOf(path: string, as: typeof gita): Promise<string[]> {
  const { data } = await stack.call<{ id: string }[]>(`GET ${path}` as 'GET /x', { as })
  return data.map(({ id }) => id)
}

async function statusOf(signature: string, as: typeof gita, body?: unknown): Promise<number> {
  return (await stack.call(signature as 'GET /x', { as, body })).status
}

describe.each([
  ['came before the registration', accountFirst],
  ['came after the registration', linkedLater],
])('a customer whose account %s', (_when, become) => {
  test('sees the own invoices with their paper and payments, and no others', async () => {
    const own = await become()
    const invoice = await issuedTo(own.customerId)
    const neighbour = await linkedLater()
    const theirs = await issuedTo(neighbour.customerId)
    expect(await idsOf('/invoices', own.as)).toEqual([invoice])
    expect(await idsOf('/invoices/reports/outstanding', own.as)).toEqual([invoice])
    for (const what of ['', '/payments', '/pdf']) {
      const asked = [`GET /invoices/${invoice}${what}`, `GET /invoices/${theirs}${what}`] as const
      const seen = await Promise.all(asked.map((path) => statusOf(path, own.as)))
      expect([what, ...seen]).toEqual([what, 200, 404])
    }
    const { data } = await stack.call(`GET /invoices/${invoice}`, { as: own.as })
    expect(data).toMatchObject({
      ...{ id: invoice, customerId: own.customerId, paidAmount: 500, available: [] },
      ...{ items: expect.arrayContaining([expect.objectContaining({ description: 'Brake pad' })]) },
      payments: [{ amount: 500 }],
    })
  })
})

test('the figures of a customer are of the own invoices alone', async () => {
  const [own, other] = [await linkedLater(), await linkedLater()]
  await issuedTo(own.customerId)
  await issuedTo(other.customerId)
  const [sums] = (await stack.call<object[]>('GET /invoices/reports/summary', { as: own.as })).data
  expect(sums).toMatchObject({ currency: 'INR', paidAmount: 500 })
})

test('a draft is shown to its customer when it is issued, and not before', async () => {
  const { as, customerId } = await linkedLater()
  const id = await completeCard(stack, cardFact(customerId))
  const seen = async () => [
    await idsOf('/invoices', as),
    await statusOf(`GET /invoices/${id}`, as),
    await statusOf(`GET /invoices/${id}/pdf`, as),
  ]
  expect(await seen()).toEqual([[], 404, 404])
  await stack.call(`PUT /invoices/${id}/finalize`, { as: priya })
  expect(await seen()).toEqual([[id], 200, 200])
})

test('a customer reads of a payment what was paid, and not what the counter noted', async () => {
  const { as, customerId } = await linkedLater()
  const id = await issuedTo(customerId)
  const notes = async (who: typeof gita) => {
    const path = `GET /invoices/${id}/payments` as const
    return (await stack.call<{ notes: string | null }[]>(path, { as: who })).data.map(
      (payment) => payment.notes,
    )
  }
  expect(await notes(as)).toEqual([null])
  expect(await notes(priya)).toEqual(['Came in coins'])
})

test('a customer changes nothing of what is owed', async () => {
  const { as, customerId } = await linkedLater()
  const id = await issuedTo(customerId)
  for (const [signature, body] of [
    ['POST /invoices', { customerId, serviceCenterId: pune }],
    [`PUT /invoices/${id}`, { notes: 'Less' }],
    [`PUT /invoices/${id}/finalize`, {}],
    [`PUT /invoices/${id}/cancel`, {}],
    [`PUT /invoices/${id}/send`, {}],
    [`PUT /invoices/${id}/pay`, { paymentMethod: 'cash' }],
    [`POST /invoices/${id}/payments`, { amount: 1, paymentMethod: 'cash' }],
  ] as const) {
    expect([signature, await statusOf(signature, as, body)]).toEqual([signature, 403])
  }
})
