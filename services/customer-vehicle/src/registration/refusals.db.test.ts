import { asha, gita, headOffice, kiran, pune } from '@forecourt/testing/people'
import {
  fillForm,
  keepPhoto,
  knowCenters,
  newPhone,
  submit,
  vehicleOf,
} from '@forecourt/testing/registering'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { customerVehicle } from '../service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(customerVehicle)
  await knowCenters(stack)
})
afterAll(() => stack?.close())
beforeEach(() => stack.redis.flushdb())

async function kept() {
  const { rows } = await stack.admin.query(
    `select (select count(*)::int from registration) as registrations,
            (select count(*)::int from otp) as codes,
            (select count(*)::int from file where attached_to is not null) as photos`,
  )
  return rows[0] as unknown
}

const nextYear = new Date().getUTCFullYear() + 1
test.each([
  ['customer', { state: 'Atlantis' }, 'customer.state', 'Choose a state from the list'],
  ['customer', { district: 'Mysuru' }, 'customer.district', 'Choose a district of Maharashtra'],
  ['customer', { taluka: 'Igatpuri' }, 'customer.taluka', 'Choose a taluka of Pune'],
  ['vehicle', { brand: 'Batmobile' }, 'vehicles.0.brand', 'Choose a vehicle brand from the list'],
  [
    'vehicle',
    { yearOfPurchase: nextYear },
    'vehicles.0.yearOfPurchase',
    'Year of purchase must not lie in the future',
  ],
  [
    'vehicle',
    { vehicleNumber: '21D123456W' },
    'vehicles.0.vehicleNumber',
    'Vehicle number must look like MH12AB1234',
  ],
  [
    'vehicle',
    { photoFileId: '8f8f0f5e-6a2f-4b7c-9d1e-2f3a4b5c6d7e' },
    'vehicles.0.photoFileId',
    'Upload a photo of the vehicle',
  ],
  ['customer', { mobileNumber: '12' }, 'customer.mobileNumber', expect.stringContaining('digits')],
  ['customer', { mobileNumber: 9876543210 }, 'customer.mobileNumber', 'Phone number must be text'],
  [
    'customer',
    { alternativeNumber: 98 },
    'customer.alternativeNumber',
    'Phone number must be text',
  ],
  ['customer', { pinCode: ' ' }, 'customer.pinCode', 'PIN code is required'],
  ['form', { serviceCenterId: asha.userId }, 'serviceCenterId', expect.stringContaining('list')],
])(
  'a form whose %s says %j is refused at %s, and nothing is kept',
  async (part, says, field, message) => {
    const before = await kept()
    const form = await fillForm(stack)
    const body = {
      ...form,
      ...(part === 'form' && says),
      customer: { ...form.customer, ...(part === 'customer' && says) },
      vehicles: form.vehicles.map((vehicle) => ({ ...vehicle, ...(part === 'vehicle' && says) })),
    }
    const answer = await stack.call('POST /registrations', { body })
    expect(answer.status).toBe(422)
    expect(answer.body.error?.code).toBe('VALIDATION_001')
    expect(answer.body.errors).toEqual({ [field]: [message] })
    expect(await kept()).toEqual(before)
    expect(await stack.redis.keys('otp:*')).toEqual([])
  },
)

test('names are kept as our lists spell them', async () => {
  const form = await fillForm(stack, {
    customer: { state: 'maharashtra', district: 'PUNE', taluka: 'haveli' },
  })
  const vehicles = form.vehicles.map((vehicle) => ({ ...vehicle, brand: 'TOYOTA' }))
  const { data, status } = await stack.call('POST /registrations', { body: { ...form, vehicles } })
  expect(status).toBe(201)
  const { rows } = await stack.admin.query('select * from registration where id = $1', [
    data['registrationId'],
  ])
  expect(rows[0]).toMatchObject({
    state: 'Maharashtra',
    district: 'Pune',
    taluka: 'Haveli',
    brands: ['Toyota'],
  })
})

test('staff may register a mark that only they can see on the vehicle', async () => {
  const { status } = await submit(stack, { as: asha, plates: ['21D123456W'] })
  expect(status).toBe(201)
})

test('a photo belongs to one registration', async () => {
  const vehicle = await vehicleOf(stack, 'MH12PH0001')
  const first = await fillForm(stack)
  const body = { ...first, vehicles: [vehicle] }
  expect((await stack.call('POST /registrations', { body })).status).toBe(201)
  const other = await fillForm(stack)
  const stolen = { ...other, vehicles: [{ ...vehicle, vehicleNumber: 'MH12PH0002' }] }
  const answer = await stack.call('POST /registrations', { body: stolen })
  expect(answer.body.error?.reason).toBe('file_unknown')
  expect(answer.body.errors).toHaveProperty(['vehicles.0.photoFileId'])
  const document = await keepPhoto(stack)
  await stack.admin.query(`update file set purpose = 'inspection' where id = $1`, [document])
  const misused = { ...other, vehicles: [{ ...vehicle, photoFileId: document }] }
  expect((await stack.call('POST /registrations', { body: misused })).status).toBe(422)
})

test('a country that is not served gets no code', async () => {
  const { status, body } = await submit(stack, { customer: { mobileNumber: '+4915112345678' } })
  expect(status).toBe(422)
  expect(body.error?.reason).toBe('country_not_served')
  expect(body.errors).toEqual({
    'customer.mobileNumber': ['Phone numbers of this country are not served.'],
  })
})

test('no answer shows the code unless it is asked for by configuration', async () => {
  const { data, text } = await submit(stack)
  expect(data).not.toHaveProperty('otp_for_testing')
  expect(text).not.toMatch(/"\d{6}"/)
})

test.each([
  [123456],
  ['１２３４５６'],
  ['12 3456'],
  [['123456']],
  ['9'.repeat(500_000)],
  ['12345'],
  [null],
  [undefined],
  [{ $gt: '' }],
])('%# is no code, and costs no try', async (otp) => {
  const { data } = await submit(stack)
  const { status, body } = await stack.call(`POST /registrations/${data.registrationId}/verify`, {
    body: { otp },
  })
  expect(status).toBe(422)
  expect(body.errors).toHaveProperty('otp')
  const { rows } = await stack.admin.query('select attempts from otp where subject = $1', [
    data.registrationId,
  ])
  expect(rows).toEqual([{ attempts: 0 }])
})

test('a registration that is not there is not found', async () => {
  for (const action of ['verify', 'resend']) {
    const { status } = await stack.call(`POST /registrations/${asha.userId}/${action}`, {
      body: { otp: '123456' },
    })
    expect(status).toBe(404)
  }
})

test('a stranger, and a customer who is signed in, submits five times in 15 minutes', async () => {
  const statuses: number[] = []
  for (let at = 0; at < 6; at += 1) {
    statuses.push((await submit(stack, at % 2 ? { as: gita } : {})).status)
  }
  expect(statuses).toEqual([201, 201, 201, 201, 201, 429])
  const { headers, body } = await submit(stack)
  expect(body.error?.reason).toBe('too_many_requests')
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(100)
})

test('one phone is tried five times in 15 minutes, from whatever address', async () => {
  const mobileNumber = newPhone()
  const statuses: number[] = []
  for (let at = 0; at < 6; at += 1) {
    const body = await fillForm(stack, { customer: { mobileNumber } })
    const headers = { 'x-forwarded-for': `198.51.100.${at}` }
    statuses.push((await stack.call('POST /registrations', { body, headers })).status)
  }
  expect(statuses).toEqual([201, 409, 409, 409, 409, 429])
})

test('staff are counted by themselves and not by the address of their counter', async () => {
  for (let at = 0; at < 8; at += 1) expect((await submit(stack, { as: asha })).status).toBe(201)
  expect((await submit(stack)).status).toBe(201)
})

test('an administrator registers for the center that is named, or of the PIN code', async () => {
  const centerOf = async (form: Parameters<typeof submit>[1]) => {
    const { data } = await submit(stack, { as: kiran, ...form })
    const { rows } = await stack.admin.query('select * from registration where id = $1', [
      data.registrationId,
    ])
    return (rows[0] as { service_center_id: string }).service_center_id
  }
  expect(await centerOf({ serviceCenterId: pune })).toBe(pune)
  expect(await centerOf({ customer: { pinCode: '700001' } })).toBe(headOffice)
})

test('a center that is closed takes no registrations', async () => {
  await stack.admin.query('update service_center set is_active = false where id = $1', [pune])
  const named = await submit(stack, { serviceCenterId: pune })
  await stack.admin.query('update service_center set is_active = true where id = $1', [pune])
  expect(named.status).toBe(422)
})

test('an ended session registers nobody, although the form is open to everybody', async () => {
  await stack.admin.query(
    `insert into ended_session (session_id, tokens_before, forget_at)
     values ($1, now() + interval '1 minute', now() + interval '1 day')`,
    [asha.sessionId],
  )
  const { status, body } = await submit(stack, { as: asha })
  await stack.admin.query('delete from ended_session')
  expect(status).toBe(401)
  expect(body.error?.reason).toBe('session_ended')
})
