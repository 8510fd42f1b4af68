import { serviceNames } from '@forecourt/contracts/service-name'
import { eventually } from '@forecourt/testing/eventually'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startLocalStack, type LocalStack } from './local-stack.ts'
import { codeFor, submit, type Registered } from './registering.ts'

let stack: LocalStack
beforeAll(async () => {
  stack = await startLocalStack()
}, 150_000)
afterAll(async () => {
  await stack?.stop()
})

const phone = '+919876543210'
let registered: Registered

interface Health {
  status: string
  services: { service: string }[]
}

test('a person registers two vehicles by a code that comes on both channels', async () => {
  const { status, data } = await submit(stack, '98765 43210', ['MH12AB1234', 'MH12CD5678'])
  expect(status).toBe(201)
  const code = await codeFor(stack, phone)
  const codes = await eventually('the code on both channels', async () => {
    const messages = await stack.inbox(phone)
    const with_ = messages.filter(({ text }) => text.includes(code))
    return with_.length === 2 && with_.map(({ channel }) => channel).toSorted()
  })
  expect(codes).toEqual(['sms', 'whatsapp'])

  const verified = await stack.call<Registered>(
    `POST /registrations/${data.registrationId}/verify`,
    { body: { otp: code } },
  )
  expect(verified.status).toBe(201)
  registered = verified.data
  expect(registered.customer.verified).toBe(true)
  expect(registered.customer.referenceId).toBe('CUST-MH12-000001')
  expect(registered.vehicles.map((vehicle) => vehicle.vehicleNumber).toSorted()).toEqual([
    'MH12AB1234',
    'MH12CD5678',
  ])
})

test('the customer is told by SMS, WhatsApp and e-mail, in the promised words', async () => {
  const sms = await stack.message(
    phone,
    ({ channel, text }) => channel === 'sms' && text.includes('CUST-MH12-000001'),
  )
  expect(sms.text).toBe(
    'Dear Rahul, your car Toyota Innova (MH12AB1234), Toyota Innova (MH12CD5678) has been ' +
      'registered successfully.\n\nYour Reference ID: CUST-MH12-000001\n\n- Forecourt Pune',
  )
  const whatsapp = await stack.message(
    phone,
    ({ channel, text }) => channel === 'whatsapp' && text.includes('CUST-MH12-000001'),
  )
  expect(whatsapp.text).toContain('Thank You for Visiting Forecourt Pune')
  const mail = await stack.message('c9876543210@example.com', () => true)
  expect(mail.subject).toBe('Registration Confirmation – Forecourt Pune')
  expect(mail.text).toContain('Your reference ID is CUST-MH12-000001')
})

test('the administrator finds the customer, and every line of it is in the audit log', async () => {
  const token = await stack.login('admin@forecourt.test')
  const found = await stack.call<{ id: string; referenceId: string }[]>('GET /customers', {
    token,
    query: { 'filter[city]': 'Pune', 'filter[verified]': 'true', search: 'Rahul' },
  })
  expect(found.status).toBe(200)
  expect(found.data).toHaveLength(1)
  expect(found.data[0]).toMatchObject({ id: registered.customer.id, fullName: 'Rahul Deshpande' })

  const line = await eventually('the audit line', async () => {
    const { data } = await stack.call<{ endpoint: string }[]>('GET /admin/audit-logs', { token })
    return data?.find(({ endpoint }) => endpoint === 'POST /registrations/:id/verify')
  })
  expect(line).toMatchObject({ outcome: 'done', entityType: 'registrations' })
})

test('an advisor of Mumbai does not see the customer of Pune', async () => {
  const token = await stack.login('advisor.mum@forecourt.test')
  const { data } = await stack.call<unknown[]>('GET /customers', { token })
  expect(data).toEqual([])
  const foreign = await stack.call(`GET /customers/${registered.customer.id}`, { token })
  expect(foreign.status).toBe(404)
})

test('the administrator sees that every service is healthy and that no event is dead', async () => {
  const token = await stack.login('admin@forecourt.test')
  const health = await eventually('a healthy house', async () => {
    const { data } = await stack.call<Health>('GET /admin/system-health', { token })
    return data.status === 'healthy' && data
  })
  const services = health.services.map(({ service }) => service)
  expect(services).toEqual([...serviceNames])
  for (const service of services) {
    const { status, data } = await stack.call(`GET /admin/dead-letters/${service}`, { token })
    expect([status, data]).toEqual([200, []])
  }
  const advisor = await stack.login('advisor.mum@forecourt.test')
  for (const path of ['system-health', 'dead-letters/reporting'] as const) {
    expect((await stack.call(`GET /admin/${path}`, { token: advisor })).status).toBe(403)
  }
})

test('a token stops to count in every service after its logout', async () => {
  const token = await stack.login('manager@forecourt.test')
  expect((await stack.call('GET /customers', { token })).status).toBe(200)
  expect((await stack.call('POST /auth/logout', { token, body: {} })).status).toBe(200)
  await eventually('the refusal', async () => {
    const { status } = await stack.call('GET /customers', { token })
    return status === 401
  })
})

test('whoever signs up by phone can sign in, and is one customer to everybody', async () => {
  const john = { name: 'John Doe', email: 'john@example.com', phone: '+1234567890' }
  const password = 'password123'
  const sent = await stack.call('POST /customers/send-otp', { body: { ...john, password } })
  expect(sent.body).toMatchObject({ success: true, phone: john.phone })
  const otp = await codeFor(stack, john.phone)
  const { status, body } = await stack.call('POST /customers/verify-otp', {
    body: { phone: john.phone, otp },
  })
  expect([status, body.message]).toEqual([201, 'Customer registered successfully'])
  const { customerId } = body as unknown as { customerId: string }

  const { phone, email } = john
  for (const typed of [{ phone }, { email }]) {
    const signedIn = await stack.call('POST /auth/login', { body: { ...typed, password } })
    expect(signedIn.data['user']).toMatchObject({ id: customerId, role: 'mobile_user' })
  }
  const token = await stack.login('admin@forecourt.test')
  const customer = await eventually('the customer', async () => {
    const shown = await stack.call(`GET /customers/${customerId}`, { token })
    return shown.status === 200 && shown.data
  })
  expect(customer).toMatchObject({ id: customerId, fullName: 'John Doe', phone, verified: true })
})
