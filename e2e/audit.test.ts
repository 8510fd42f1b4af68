import { eventually } from '@forecourt/testing/eventually'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startLocalStack, type LocalStack } from './local-stack.ts'
import { codeFor, submit, type Registered } from './registering.ts'

interface Line {
  service: string
  endpoint: string
  action: string
  outcome: string
  reason: string | null
  userId: string | null
  entityType: string
  entityId: string | null
}

const phone = '+919876543210'
const plate = 'MH12AB1234'
let stack: LocalStack
let admin: string
let advisor: { id: string; token: string }
let customerId: string
let code: string

beforeAll(async () => {
  stack = await startLocalStack()
  admin = await stack.login('admin@forecourt.test')
  const token = await stack.login('advisor@forecourt.test')
  advisor = { id: (await stack.call('GET /auth/me', { token })).data.id, token }
  const { data } = await submit(stack, '98765 43210', [plate])
  code = await codeFor(stack, phone)
  const verified = await stack.call<Registered>(
    `POST /registrations/${data.registrationId}/verify`,
    { body: { otp: code } },
  )
  customerId = verified.data.customer.id
}, 150_000)
afterAll(async () => {
  await stack?.stop()
})

/** The first line that these fields find; waits for it. */
function line(fields: Partial<Line>): Promise<Line> {
  const filters = Object.entries(fields).map(([name, value]) => [`filter[${name}]`, String(value)])
  return eventually(`an audit line of ${JSON.stringify(fields)}`, async () => {
    const query = Object.fromEntries(filters) as Record<string, string>
    const { data } = await stack.call<Line[]>('GET /admin/audit-logs', { token: admin, query })
    return data?.[0]
  })
}

/** Asks as the advisor of Pune, and answers the status. */
async function ask(...asked: Parameters<LocalStack['call']>): Promise<number> {
  const [signature, rest = {}] = asked
  const { status } = await stack.call(signature, { token: advisor.token, ...rest })
  return status
}

test('a wrong password leaves a line that names the account', async () => {
  const body = { email: 'advisor@forecourt.test', password: 'not it' }
  expect((await stack.call('POST /auth/login', { body })).status).toBe(401)
  const told = await line({ action: 'login', outcome: 'refused' })
  expect(told).toMatchObject({ reason: 'credentials_wrong', entityId: advisor.id, userId: null })
})

test('what is not allowed leaves a line', async () => {
  expect(await ask('GET /admin/audit-logs')).toBe(403)
  const told = await line({ outcome: 'refused', endpoint: 'GET /admin/audit-logs' })
  expect(told).toMatchObject({ reason: 'permission_missing', userId: advisor.id })
})

test('what is there already leaves a line', async () => {
  expect((await submit(stack, '98765 43211', [plate])).status).toBe(409)
  const told = await line({ outcome: 'refused', endpoint: 'POST /registrations' })
  expect(told.reason).toBe('vehicle_already_registered')
})

test('a change of a version that is gone leaves a line', async () => {
  const headers = { 'if-match': '"99"' }
  expect(await ask(`PUT /customers/${customerId}`, { body: { city: 'Nashik' }, headers })).toBe(412)
  const told = await line({ outcome: 'refused', entityId: customerId })
  expect(told).toMatchObject({ reason: 'version_changed', userId: advisor.id, action: 'update' })
})

test('staff that opens, looks up or sees the photo of a person leaves a line each time', async () => {
  const { data } = await stack.call<{ vehicles: { photoUrl: string }[] }>(
    `GET /customers/${customerId}`,
    { token: advisor.token },
  )
  const read = { outcome: 'read', userId: advisor.id }
  expect(await line({ ...read, action: 'read', entityType: 'customer' })).toMatchObject({
    entityId: customerId,
  })
  expect(await ask('POST /customers/lookup', { body: { phone } })).toBe(200)
  expect(await line({ ...read, action: 'lookup' })).toMatchObject({ entityId: customerId })
  const [, fileId = ''] = /files\/([\w-]+)\/content/.exec(data.vehicles[0]?.photoUrl ?? '') ?? []
  expect(await ask(`GET /files/${fileId}/content`)).toBe(200)
  expect(await line({ ...read, entityType: 'file' })).toMatchObject({ entityId: fileId })
})

interface Verified {
  valid: boolean
  complete: boolean
  chains: { service: string; lines: number }[]
}

test('the chain of every service is whole', async () => {
  const { status, data } = await stack.call<Verified>('GET /admin/audit-logs/verify', {
    token: admin,
  })
  expect(status).toBe(200)
  expect(data).toMatchObject({ valid: true, complete: true })
  const services = data.chains.map(({ service }) => service)
  expect(services).toEqual(expect.arrayContaining(['customer-vehicle', 'identity', 'reporting']))
  expect(await ask('GET /admin/audit-logs/verify')).toBe(403)
})

test('no line gives the person away, and none tells of what a provider reported', async () => {
  await stack.message(phone, ({ text }) => text.includes('CUST-MH12'))
  const lines: Line[] = []
  for (let page = 1; ; page += 1) {
    const query = { page: String(page), limit: '100', sort: 'createdAt', order: 'asc' }
    const { data } = await stack.call<Line[]>('GET /admin/audit-logs', { token: admin, query })
    lines.push(...data)
    if (data.length < 100) break
  }
  expect(lines.length).toBeGreaterThan(8)
  const text = JSON.stringify(lines)
  for (const secret of ['9876543210', '9876543211', 'Rahul', 'Deshpande', 'Law College']) {
    expect(text).not.toContain(secret)
  }
  expect(text).not.toContain(plate)
  expect(text).not.toMatch(/@|eyJ|signature=|password|"otp"/i)
  expect(text).not.toMatch(new RegExp(`"${code}"`))
  expect(lines.filter(({ endpoint }) => endpoint.includes('webhooks'))).toEqual([])
})
