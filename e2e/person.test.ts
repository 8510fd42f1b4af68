import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { serviceNames } from '@forecourt/contracts/service-name'
import { eventually } from '@forecourt/testing/eventually'
import { searchHouse, type Noted } from '@forecourt/testing/running-house'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startLocalStack, type LocalStack } from './local-stack.ts'
import { codeFor, openAccount, submit, type Registered } from './registering.ts'

let stack: LocalStack
let house: Awaited<ReturnType<typeof searchHouse>>
let manager = ''
beforeAll(async () => {
  stack = await startLocalStack()
  manager = await stack.login('manager@forecourt.test')
  const noted = readFileSync(join(stack.dataDir, 'running.json'), 'utf8')
  house = await searchHouse(JSON.parse(noted) as Noted)
}, 180_000)
afterAll(async () => {
  await house?.close()
  await stack?.stop()
})

interface Thing {
  id: string
  status: string
  [field: string]: unknown
}

/** All that Rahul is known by. */
const known = {
  phone: '+919822055511',
  email: 'c9822055511@example.com',
  name: 'Rahul Deshpande',
  street: '12, Law College Road',
  plate: 'MH12PE0001',
}

/** Where his name may still be found when he was erased, each with its reason. */
const REMAINS: Record<string, string> = {
  'billing invoice.customer_details: phone': 'an issued invoice names its buyer by law',
  'billing invoice.customer_details: email': 'an issued invoice names its buyer by law',
  'billing invoice.customer_details: name': 'an issued invoice names its buyer by law',
}

async function ask<Data = Thing>(signature: string, body?: object, token = manager) {
  const asked = { token, ...(body && { body }) }
  const { data, status, text } = await stack.call<Data>(signature as 'GET /x', asked)
  if (status >= 300) throw new Error(`${signature} was answered ${status}: ${text}`)
  return data
}

let registered: Registered
let request: Thing
let account: { id: string; token: string }

async function register(): Promise<Registered> {
  const former = await stack.inbox(known.phone)
  const { data } = await submit(stack, '98220 55511', [known.plate])
  const otp = await codeFor(stack, known.phone, former)
  const path = `POST /registrations/${data.registrationId}/verify` as const
  return (await stack.call<Registered>(path, { body: { otp } })).data
}

interface Export {
  id: string
  accountId: string | null
  services: Record<string, Record<string, Record<string, unknown>[]>>
}

test('somebody registers, asks for work, buys something, and opens an account', async () => {
  registered = await register()
  const { customer, vehicles } = registered
  request = await ask('POST /workshop/service-requests', {
    customerId: customer.id,
    vehicleId: vehicles[0]?.id,
    description: 'Rahul Deshpande hears a noise',
  })
  const items = [{ type: 'labour', description: 'Wash', quantity: 1, unitPrice: 500 }]
  const invoice = await ask('POST /invoices', { customerId: customer.id, items })
  await ask(`PUT /invoices/${invoice.id}/finalize`, {})
  const body = { amount: 590, paymentMethod: 'cash' }
  await ask(`POST /invoices/${invoice.id}/payments`, body)
  account = await openAccount(stack, { ...known, email: 'rahul.p@example.com' })
  await eventually('one person behind both', async () => {
    const { status } = await stack.call(`GET /customers/${account.id}`, { token: manager })
    return status === 200
  })
  expect(account.id).not.toBe(customer.id)
}, 200_000)

/** The export, when it holds what is waited for; an hour has room for thirty. */
function exported(token: string, has: (services: Export['services']) => unknown): Promise<Export> {
  const path = `GET /customers/${registered.customer.id}/export` as const
  return eventually('a whole export', async () => {
    const { data } = await stack.call<Export>(path, { token })
    return data && has(data.services) ? data : sleep(1_000, undefined)
  })
}

test('a customer gets all that is kept of them, and a stranger nothing', async () => {
  const path = `GET /customers/${registered.customer.id}/export` as const
  const own = await exported(
    account.token,
    ({ billing, notification, workshop }) =>
      billing?.['invoice'] && notification?.['message'] && workshop?.['serviceRequest'],
  )
  expect(own).toMatchObject({ id: registered.customer.id, accountId: account.id })
  expect(Object.keys(own.services).toSorted()).toEqual([...serviceNames].toSorted())
  const { phone, email, street } = known
  expect(own.services['customer-vehicle']?.['customer']).toMatchObject([{ phone, email, street }])
  expect(own.services['customer-vehicle']?.['vehicle']).toMatchObject([{ plate: known.plate }])
  expect(own.services['identity']?.['user']).toMatchObject([{ email: 'rahul.p@example.com' }])
  expect(own.services['workshop']?.['serviceRequest']).toMatchObject([{ id: request.id }])
  expect(own.services['notification']?.['message']?.[0]?.['recipient']).toBeDefined()
  expect(JSON.stringify(own)).not.toMatch(/passwordHash|tokenHash|phoneIndex/)
  const stranger = await stack.login('manager.mum@forecourt.test')
  expect((await stack.call(path, { token: stranger })).status).toBe(404)
  expect((await stack.call(path, { token: manager })).status).toBe(200)
})

test('while something is open nobody is erased, and whoever asks is told what', async () => {
  const isRequest = ({ kind }: Record<string, unknown>) => kind === 'service request'
  await exported(manager, (kept) => kept['customer-vehicle']?.['openMatter']?.some(isRequest))
  const path = `DELETE /customers/${registered.customer.id}` as const
  const { status, body } = await stack.call(path, { token: manager })
  expect(status).toBe(409)
  expect(body.message).toContain(String(request['requestNumber']))
  await ask(`PUT /workshop/service-requests/${request.id}/cancel`, { reason: 'He sold the car' })
})

test('when all is settled the person is erased, in every table and at every tip', async () => {
  expect((await house.traces(known)).length).toBeGreaterThan(10)
  await eventually('an erasure', async () => {
    const path = `DELETE /customers/${registered.customer.id}` as const
    const { status } = await stack.call(path, { token: manager })
    return status === 200
  })
  await eventually('an account that is closed', async () => {
    const { status } = await stack.call('GET /auth/me', { token: account.token })
    return status === 401
  })
  const remains = Object.keys(REMAINS).toSorted()
  await expect
    .poll(async () => (await house.traces(known)).toSorted(), { timeout: 60_000, interval: 1_000 })
    .toEqual(remains)
}, 120_000)

test('the phone may register anew, and is a new customer', async () => {
  const again = await eventually(
    'a registration after the pause between codes',
    async () => {
      const made = await register().catch(() => undefined)
      return made?.customer && made
    },
    120_000,
  )
  expect(again.customer.id).not.toBe(registered.customer.id)
  expect(again.vehicles[0]?.id).not.toBe(registered.vehicles[0]?.id)
}, 130_000)
