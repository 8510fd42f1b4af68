import { cardFact, completeCard, type InvoiceAnswer, knowBilling } from '@forecourt/testing/billing'
import { decide } from '@forecourt/testing/deciding'
import { ravi } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { billing } from './service.ts'

let stack: Stack
let customerId = ''
beforeAll(async () => {
  stack = await openStack(billing)
  customerId = await knowBilling(stack)
})
afterAll(() => stack?.close())

async function issue(): Promise<InvoiceAnswer & { invoiceDate: string; dueDate: string }> {
  const id = await completeCard(stack, cardFact(customerId))
  const { data, text } = await stack.call<InvoiceAnswer & { invoiceDate: string; dueDate: string }>(
    `PUT /invoices/${id}/finalize`,
    { as: ravi },
  )
  if (!data) throw new Error(text)
  return data
}

function daysBetween(from: string, until: string): number {
  return Temporal.PlainDate.from(from).until(until, { largestUnit: 'days' }).days
}

test('totals are rounded to whole rupees once administrators have decided so', async () => {
  expect((await issue()).totalAmount).toBe(7_696.01)
  await decide(stack, 'invoiceRoundOff', true)
  expect((await issue()).totalAmount).toBe(7_696)
})

test('an invoice is due after as many days as administrators have decided', async () => {
  const usual = await issue()
  expect(daysBetween(usual.invoiceDate, usual.dueDate)).toBe(15)
  await decide(stack, 'invoiceDueDays', 40)
  const later = await issue()
  expect(daysBetween(later.invoiceDate, later.dueDate)).toBe(40)
})
