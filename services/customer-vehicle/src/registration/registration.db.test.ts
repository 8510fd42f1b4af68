import { personalData, unseal } from '@forecourt/platform/personal'
import { KeyRing } from '@forecourt/platform/config'
import { asha, headOffice, meera, mumbai, pune } from '@forecourt/testing/people'
import {
  fillForm,
  knowCenters,
  newPhone,
  newPlate,
  rahul,
  register,
  submit,
  vehicleOf,
  type Awaited,
  type Verified,
} from '@forecourt/testing/registering'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { customerVehicle } from '../service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(customerVehicle, { APP_DEBUG: 'true' })
  await knowCenters(stack)
})
afterAll(() => stack?.close())
beforeEach(() => stack.redis.flushdb())

const keys = (name: keyof typeof testSecrets) => KeyRing.parse(testSecrets[name])
const personal = personalData(keys('PERSONAL_KEYS'), keys('BLIND_INDEX_KEY'))

async function verify(id: string, otp: string, vehicles?: unknown[]) {
  return stack.call<Verified>(`POST /registrations/${id}/verify`, { body: { otp, vehicles } })
}

async function rowsOf(text: string, values: unknown[] = []) {
  return (await stack.admin.query(text, values)).rows as Record<string, unknown>[]
}

test('a form is answered, kept sealed, and its one code goes out by SMS and WhatsApp', async () => {
  const phone = newPhone()
  const { status, data, body } = await submit(stack, { customer: { mobileNumber: phone } })
  expect(status).toBe(201)
  expect(body.message).toBe('OTP sent')
  const { registrationId: id, otp_for_testing: otp } = data
  expect(data).toEqual({
    registrationId: id,
    phone,
    expiresInMinutes: 10,
    requiresVerification: true,
    available: ['resend', 'verify'],
    otp_for_testing: expect.stringMatching(/^\d{6}$/),
  })

  const [row] = await rowsOf('select * from registration where id = $1', [id])
  expect(row).toMatchObject({ status: 'pending', full_name: rahul.fullName, version: 1 })
  expect(JSON.stringify(row)).not.toContain(phone.slice(3))
  expect(JSON.stringify(row)).not.toContain(rahul.email)
  const [kept] = await rowsOf('select * from otp where subject = $1', [id])
  expect(kept?.['expires_at']).toEqual(row?.['code_expires_at'])

  const told = await stack.topics.next(
    'customer-vehicle.otp.requested.v1',
    ({ key }) => key === kept?.['id'],
  )
  expect(told.data).toMatchObject({ channels: ['sms', 'whatsapp'], purpose: 'registration' })
  const transport = keys('TRANSPORT_KEYS')
  expect(unseal(transport, String(told.data?.['code']), `otp|code|${told.key}`)).toBe(otp)
  const destination = String(told.data?.['destination'])
  expect(unseal(transport, destination, `otp|destination|${told.key}`)).toBe(phone)

  await stack.topics.next('customer-vehicle.registration.opened.v1', ({ key }) => key === id)
  const line = await stack.topics.next('customer-vehicle.audit.recorded.v1', ({ data: audit }) =>
    JSON.stringify(audit).includes(id),
  )
  expect(line.data).toMatchObject({ action: 'POST /registrations', outcome: 'done' })
  expect(JSON.stringify(line.data)).not.toContain(otp)
  expect(JSON.stringify(line.data)).not.toContain(phone)
})

test('a proved phone makes a customer with its vehicles, answered in every spelling', async () => {
  const phone = newPhone()
  const plates = [newPlate(), newPlate()]
  const submitted = await submit(stack, {
    customer: { mobileNumber: phone, alternativeNumber: '9812345678', email: ' Rahul@Example.com' },
    plates: plates.map((plate) => plate.toLowerCase()),
  })
  const { registrationId: id, otp_for_testing: otp } = submitted.data
  const { status, data } = await verify(id, otp)
  expect(status).toBe(201)
  const { customer, vehicles } = data
  expect(customer).toMatchObject({
    verified: true,
    otpStatus: 'verified',
    customerCode: customer.referenceId,
    referenceId: expect.stringMatching(/^CUST-MH12-\d{6}$/),
    firstName: 'Rahul',
    lastName: 'Deshpande',
    fullName: 'Rahul Deshpande',
    name: 'Rahul Deshpande',
    phone,
    mobileNumber: phone,
    alternativeNumber: '+919812345678',
    email: 'rahul@example.com',
    address: { street: rahul.address, city: 'Pune', zipCode: '411004', country: 'India' },
    pinCode: '411004',
  })
  expect(vehicles.map(({ vehicleNumber }) => vehicleNumber)).toEqual(plates)
  expect(vehicles[0]).toMatchObject({
    customerId: customer.id,
    brand: 'Toyota',
    make: 'Toyota',
    year: null,
    yearOfPurchase: null,
    status: 'active',
  })

  const [row] = await rowsOf('select * from customer where id = $1', [customer.id])
  expect(JSON.stringify(row)).not.toMatch(/9812345678|rahul@example|Law College/)
  expect(row?.['phone_index']).toBe(personal.blindIndex('phone', phone))
  const [registration] = await rowsOf('select * from registration where id = $1', [id])
  expect(registration).toMatchObject({ status: 'verified', form: null, customer_id: customer.id })
  const photos = await rowsOf('select attached_to from file where attached_to = any($1)', [
    vehicles.map((vehicle) => vehicle.id),
  ])
  expect(photos).toHaveLength(2)
})

test('a new customer and its vehicles are told to those with the key, and audited', async () => {
  const plates = [newPlate(), newPlate()]
  const submitted = await submit(stack, { plates })
  const { registrationId: id, otp_for_testing: otp } = submitted.data
  const { customer, vehicles } = (await verify(id, otp)).data

  const registered = await stack.topics.next(
    'customer-vehicle.customer.registered.v1',
    ({ key }) => key === customer.id,
  )
  expect(registered.data).toMatchObject({ serviceCenterIds: [pune], city: 'Pune' })
  expect(JSON.stringify(registered.data)).not.toContain('Rahul')
  const sealed = String(registered.data?.['fullName'])
  const place = { table: 'customer', column: 'full_name', id: customer.id }
  expect(personal.open(sealed, place)).toBe('Rahul Deshpande')
  for (const [at, vehicle] of vehicles.entries()) {
    const told = await stack.topics.next(
      'customer-vehicle.vehicle.registered.v1',
      ({ key }) => key === vehicle.id,
    )
    const plate = String(told.data?.['plate'])
    expect(personal.open(plate, { table: 'vehicle', column: 'plate', id: vehicle.id })).toBe(
      plates[at],
    )
  }
  const proved = await stack.topics.next(
    'customer-vehicle.registration.verified.v1',
    ({ key }) => key === id,
  )
  expect(proved.headers).toMatchObject({ ce_sequence: '2' })
  expect(proved.data).toMatchObject({
    customerId: customer.id,
    vehicleIds: vehicles.map((vehicle) => vehicle.id),
    serviceCenterId: pune,
  })
  const line = await stack.topics.next(
    'customer-vehicle.audit.recorded.v1',
    ({ data: audit }) => audit?.['entityId'] === id,
  )
  expect(line.data).toMatchObject({ action: 'POST /registrations/:id/verify', outcome: 'done' })
  expect(JSON.stringify(line.data)).not.toMatch(/Rahul Deshpande|rahul@|Law College|"form"/)
  for (const plate of plates) expect(JSON.stringify(line.data)).not.toContain(plate)
})

test("a registration belongs to its clerk's center, the named one, or the PIN code's", async () => {
  const centerOf = async (form: Parameters<typeof submit>[1]) => {
    const { data } = await submit(stack, form)
    const [row] = await rowsOf('select * from registration where id = $1', [data.registrationId])
    return { center: row?.['service_center_id'], by: row?.['created_by'] }
  }
  const nowhere = { customer: { pinCode: '560001' } }
  expect(await centerOf({ as: asha, ...nowhere })).toEqual({ center: pune, by: asha.userId })
  expect(await centerOf({ serviceCenterId: mumbai })).toEqual({ center: mumbai, by: null })
  expect((await centerOf({ customer: { pinCode: '400001' } })).center).toBe(mumbai)
  expect((await centerOf(nowhere)).center).toBe(headOffice)
  const foreign = await submit(stack, { as: asha, serviceCenterId: mumbai })
  expect(foreign.status).toBe(422)
  expect(foreign.body.errors).toHaveProperty('serviceCenterId')
})

test('the phone of a known customer adds vehicles and keeps reference id and data', async () => {
  const mobileNumber = newPhone()
  const first = await register(stack, { customer: { mobileNumber } })
  await stack.redis.flushdb()
  const second = await register(stack, {
    as: meera,
    customer: { mobileNumber, fullName: 'Rahul D.', city: 'Mumbai', pinCode: '400001' },
    plates: [newPlate('MH01')],
  })
  expect(second.customer).toMatchObject({
    id: first.customer.id,
    referenceId: first.customer.referenceId,
    fullName: rahul.fullName,
    city: 'Pune',
  })
  const [row] = await rowsOf('select suggestion from customer where id = $1', [first.customer.id])
  const place = { table: 'customer', column: 'suggestion', id: first.customer.id }
  expect(JSON.parse(personal.open(String(row?.['suggestion']), place))).toEqual({
    fullName: 'Rahul D.',
    city: 'Mumbai',
    pinCode: '400001',
  })
  const changed = await stack.topics.next(
    'customer-vehicle.customer.changed.v1',
    ({ key }) => key === first.customer.id,
  )
  expect(changed.data).toMatchObject({ serviceCenterIds: [pune, mumbai] })
})

test('a registered vehicle number is refused at submit, and again at verify', async () => {
  const plate = newPlate()
  const late = await submit(stack, { as: asha, plates: [plate, newPlate()] })
  await register(stack, { as: asha, plates: [plate] })

  const early = await submit(stack, { as: asha, plates: [plate.replace('MH12', 'mh-12 ')] })
  expect(early.status).toBe(409)
  expect(early.body.error).toMatchObject({
    code: 'DUPLICATE_001',
    reason: 'vehicle_already_registered',
    details: { plates: plate },
  })

  const { registrationId: id, otp_for_testing: otp } = late.data
  const conflict = await verify(id, otp)
  expect(conflict.status).toBe(409)
  expect(conflict.body.error).toMatchObject({ details: { plates: plate } })
  const [row] = await rowsOf('select status from registration where id = $1', [id])
  expect(row?.['status']).toBe('pending')

  const corrected = newPlate()
  const vehicles = [await vehicleOf(stack, corrected)]
  const { status, data } = await verify(id, otp, vehicles)
  expect(status).toBe(201)
  expect(data.vehicles.map(({ vehicleNumber }) => vehicleNumber)).toEqual([corrected])
})

test('an unverified registration blocks neither its vehicle number nor its e-mail', async () => {
  const plates = [newPlate()]
  await submit(stack, { plates })
  const { vehicles } = await register(stack, { plates })
  expect(vehicles[0]?.vehicleNumber).toBe(plates[0])
})

test('the reference id counts per prefix, and without one under the center', async () => {
  const [one, two] = [
    await register(stack, { as: asha, plates: [newPlate('MH14')] }),
    await register(stack, { as: asha, plates: [newPlate('MH14')] }),
  ]
  expect([one.customer.referenceId, two.customer.referenceId]).toEqual([
    'CUST-MH14-000001',
    'CUST-MH14-000002',
  ])
  const bharat = await register(stack, { as: asha, plates: ['22BH1234AA'] })
  expect(bharat.customer.referenceId).toBe('CUST-PUN-000001')
})

test('while a code lives another body is refused, and the same body gets a new code', async () => {
  const mobileNumber = newPhone()
  const body = await fillForm(stack, { customer: { mobileNumber } })
  const first = await stack.call<Awaited>('POST /registrations', { body })
  const other = await submit(stack, { customer: { mobileNumber } })
  expect(other.status).toBe(409)
  expect(other.body.error?.reason).toBe('registration_pending')
  expect(Number(other.headers.get('retry-after'))).toBeGreaterThan(590)

  const tooSoon = await stack.call<Awaited>('POST /registrations', { body })
  expect(tooSoon.body.error?.reason).toBe('otp_cooldown')
  await stack.redis.flushdb()
  const again = await stack.call<Awaited>('POST /registrations', { body })
  expect(again.data.registrationId).toBe(first.data.registrationId)
  const done = await verify(first.data.registrationId, again.data.otp_for_testing)
  expect(done.status).toBe(201)
})

test('an employee of another center gets nowhere by knowing the id of a registration', async () => {
  const { data } = await submit(stack, { as: asha })
  for (const action of ['resend', 'verify'] as const) {
    const { status } = await stack.call(`POST /registrations/${data.registrationId}/${action}`, {
      as: meera,
      body: { otp: '000000' },
    })
    expect(status).toBe(404)
  }
})

test('a verified registration gets no further code', async () => {
  const { data } = await submit(stack, {})
  await verify(data.registrationId, data.otp_for_testing)
  const { status, body } = await stack.call(`POST /registrations/${data.registrationId}/resend`)
  expect(status).toBe(409)
  expect(body.error?.reason).toBe('registration_already_verified')
})

test('a registration that nobody proved within 30 days is deleted with its photos', async () => {
  const { data } = await submit(stack, {})
  const id = data.registrationId
  const [timer] = await rowsOf(
    `select due_at - now() between interval '29 days' and interval '31 days' as ok
       from timer where subject = $1`,
    [id],
  )
  expect(timer?.['ok']).toBe(true)
  await rowsOf('update timer set due_at = now() where subject = $1', [id])
  const told = await stack.topics.next(
    'customer-vehicle.registration.lapsed.v1',
    ({ key }) => key === id,
  )
  expect(told.headers).toMatchObject({ ce_sequence: '2' })
  expect(await rowsOf('select from registration where id = $1', [id])).toEqual([])
  expect(await rowsOf('select from file where attached_to = $1', [id])).toEqual([])
})

test.each([
  ['died of wrong guesses', `attempts = max_attempts`],
  ['ran out', `expires_at = now() - interval '1 second'`],
])('the same form, sent again after its code %s, gets another code', async (_how, death) => {
  const body = await fillForm(stack)
  const first = await stack.call<Awaited>('POST /registrations', { body })
  const { registrationId } = first.data
  await stack.admin.query(`update otp set ${death} where subject = $1`, [registrationId])
  await stack.redis.flushdb()
  const again = await stack.call<Awaited>('POST /registrations', { body })
  expect(again.status).toBe(201)
  expect(again.data.registrationId).toBe(registrationId)
  expect((await verify(registrationId, again.data.otp_for_testing)).status).toBe(201)
})

test('whoever proves a registration twice is told that it is done', async () => {
  const { data } = await submit(stack)
  const { registrationId, otp_for_testing: otp } = data
  expect((await verify(registrationId, otp)).status).toBe(201)
  const { status, body } = await verify(registrationId, otp)
  expect(status).toBe(409)
  expect(body.error?.reason).toBe('registration_already_verified')
})
