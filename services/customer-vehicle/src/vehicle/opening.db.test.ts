import { KeyRing } from '@forecourt/platform/config'
import { personalData } from '@forecourt/platform/personal'
import { asha, kiran, meera, mohan, mumbai, priya, pune, ravi } from '@forecourt/testing/people'
import type { Person } from '@forecourt/testing/people'
import {
  knowCenters,
  keepPhoto,
  newPhone,
  newPlate,
  register,
  submit,
} from '@forecourt/testing/registering'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { customerVehicle } from '../service.ts'

const personal = personalData(KeyRing.parse(testSecrets.PERSONAL_KEYS), [])
let stack: Stack
let phone = ''
let customerId = ''
beforeAll(async () => {
  stack = await openStack(customerVehicle, { APP_DEBUG: 'true' })
  await knowCenters(stack)
})
afterAll(() => stack?.close())
beforeEach(async () => {
  await stack.redis.flushdb()
  phone = newPhone()
  customerId = (await register(stack, { customer: { mobileNumber: phone } })).customer.id
})

const car = () => ({ vehicleNumber: newPlate(), make: 'toyota', model: 'Innova', year: 2022 })

function add(
  body: Record<string, unknown>,
  as: Person = asha,
  headers: Record<string, string> = {},
) {
  return stack.call('POST /vehicles', { as, body: { ...car(), ...body }, headers })
}

let vins = 0
/** A VIN that no test has used yet; its check digit fits by chance alone. */
function newVin(): string {
  vins += 1
  return `MA3ERLF1S00${String(vins).padStart(6, '0')}`
}

async function count(sql: string, values: unknown[]): Promise<number> {
  return (await stack.admin.query(sql, values)).rowCount ?? 0
}

const statuses = (answers: { status: number }[]) =>
  answers.map(({ status }) => status).toSorted((one, other) => one - other)

test('Asha adds a vehicle to her customer: answer, row, event, audit', async () => {
  const vin = newVin()
  const papers = { color: 'Silver', engineNumber: '1GD-4821', registrationDate: '2022-03-01' }
  const photoFileId = await keepPhoto(stack)
  await stack.admin.query('update file set service_center_id = $1 where id = $2', [
    pune,
    photoFileId,
  ])
  const { status, data, headers } = await add({ customerId, vin, photoFileId, ...papers })
  expect(status).toBe(201)
  expect(headers.get('etag')).toBe('"1"')
  expect(data).toMatchObject({
    ...{ customerId, vin, photoFileId, ...papers, make: 'Toyota', brand: 'Toyota', year: 2022 },
    ...{ ownerName: 'Rahul Deshpande', ownerPhone: phone, status: 'active', version: 1 },
    ...{ serviceCenterId: pune, vinWarning: 'The check digit of the VIN does not fit' },
    available: ['archive'],
  })
  const { data: event } = await stack.topics.next(
    'customer-vehicle.vehicle.registered.v1',
    ({ key }) => key === data.id,
  )
  expect(event).toMatchObject({ customerId, serviceCenterIds: [pune], color: 'Silver' })
  const place = { table: 'vehicle', column: 'vin', id: data.id }
  expect(personal.open(String(event?.['vin']), place)).toBe(vin)
  const line = await stack.topics.next(
    'customer-vehicle.audit.recorded.v1',
    ({ data: deed }) => deed?.['action'] === 'POST /vehicles' && deed['entityId'] === data.id,
  )
  expect(line.data).toMatchObject({ userId: asha.userId, outcome: 'done' })
  for (const secret of [vin, phone]) expect(JSON.stringify(line.data)).not.toContain(secret)
})

describe('an owner who is named by phone', () => {
  test('is the customer who has it', async () => {
    const { status, data } = await add({ ownerName: 'R. D.', ownerPhone: phone })
    expect([status, data]).toMatchObject([201, { customerId, ownerName: 'Rahul Deshpande' }])
  })

  test('is entered as somebody who has proved nothing, where nobody has it', async () => {
    const ownerPhone = newPhone()
    const named = { ownerName: 'Sunil Rao', ownerPhone, ownerEmail: 'Sunil@Example.com' }
    const { data } = await add(named)
    expect(data).toMatchObject({
      ...{ ownerName: 'Sunil Rao', ownerPhone, ownerEmail: 'sunil@example.com' },
      ownerVerified: false,
    })
    const { data: customer } = await stack.call(`GET /customers/${String(data['customerId'])}`, {
      as: asha,
    })
    expect(customer).toMatchObject({ verified: false, phone: ownerPhone, id: data['customerId'] })
  })

  test('is looked up first where another center has the customer', async () => {
    const { status, body } = await add({ ownerName: 'Rahul', ownerPhone: phone }, meera)
    expect([status, body.error?.reason]).toEqual([409, 'customer_not_linked'])
    const links = 'select from customer_center where service_center_id = $1'
    expect(await count(links, [mumbai])).toBe(0)
  })
})

test('the center that the vehicle is added for serves its owner too', async () => {
  const priyaOfBoth = { ...priya, centers: [pune, mumbai] }
  await add({ customerId, serviceCenterId: mumbai }, priyaOfBoth)
  const { status } = await stack.call(`GET /customers/${customerId}`, { as: meera })
  expect(status).toBe(200)
  const { data } = await stack.topics.next(
    'customer-vehicle.customer.changed.v1',
    ({ key }) => key === customerId,
  )
  expect(data?.['serviceCenterIds']).toEqual([pune, mumbai])
})

describe('what a form leaves empty was not said', () => {
  test.each([null, ''])('of an owner found by phone: %j', async (blank) => {
    const owner = { ownerName: 'Rahul Deshpande', ownerPhone: phone }
    const { status, data } = await add({ ...owner, customerId: blank, serviceCenterId: blank })
    expect([status, data]).toMatchObject([201, { customerId, serviceCenterId: pune }])
  })

  test('of a customer who was chosen', async () => {
    const { status, data } = await add({ customerId, ownerName: '', ownerPhone: '' })
    expect([status, data]).toMatchObject([201, { customerId, ownerName: 'Rahul Deshpande' }])
  })
})

describe('is refused with the field that is wrong', () => {
  const owner = { ownerName: 'Sunil Rao', ownerPhone: '98765 43210' }
  test.each<[string, Record<string, unknown>, string]>([
    ['no owner', {}, 'customerId'],
    ['an owner without a phone', { ownerName: 'Sunil Rao' }, 'ownerPhone'],
    ['a phone without a name', { ownerPhone: '98765 43210' }, 'ownerName'],
    ['a brand of no list', { ...owner, make: 'Yugo' }, 'brand'],
    ['no VIN', { ...owner, vin: 'I0000000000000000' }, 'vin'],
    ['no mark', { ...owner, vehicleNumber: 'MH12IO1234' }, 'vehicleNumber'],
    ['a year to come', { ...owner, year: 2900 }, 'yearOfPurchase'],
    ['a day to come', { ...owner, registrationDate: '2900-01-01' }, 'registrationDate'],
    ['a day of no calendar', { ...owner, registrationDate: '0000-01-01' }, 'registrationDate'],
    ["another's center", { ...owner, serviceCenterId: mumbai }, 'serviceCenterId'],
  ])('%s', async (_what, body, field) => {
    const { status, body: answer } = await add(body)
    expect([status, Object.keys(answer.errors ?? {})]).toEqual([422, [field]])
  })

  test('no center, of somebody who has all', async () => {
    expect((await add({ customerId }, kiran)).status).toBe(422)
    expect((await add({ customerId, serviceCenterId: mumbai }, kiran)).status).toBe(201)
  })

  test("another center's customer, who is not there", async () => {
    expect((await add({ customerId }, mohan)).status).toBe(404)
  })

  test('Ravi, who repairs', async () => {
    expect((await add({ customerId }, ravi)).status).toBe(403)
  })
})

test('a mark or a VIN that a vehicle has is refused, whoever may see that vehicle', async () => {
  const first = { vehicleNumber: newPlate(), vin: newVin() }
  await add({ customerId, ...first })
  for (const as of [asha, meera]) {
    const owner = { ownerName: 'Sunil Rao', ownerPhone: newPhone() }
    const mark = await add({ ...owner, vehicleNumber: first.vehicleNumber }, as)
    expect([mark.status, mark.body.error?.reason]).toEqual([409, 'vehicle_already_registered'])
    const number = await add({ ...owner, vin: first.vin.toLowerCase() }, as)
    expect([number.status, number.body.error?.reason]).toEqual([409, 'vin_taken'])
  }
})

describe('of many at once', () => {
  test('with one mark one adds the vehicle', async () => {
    const vehicleNumber = newPlate()
    const people = [asha, meera, priya, mohan]
    const answers = await Promise.all(
      people.map((as) =>
        add({ ownerName: 'Sunil Rao', ownerPhone: newPhone(), vehicleNumber }, as),
      ),
    )
    expect(statuses(answers)).toEqual([201, 409, 409, 409])
    expect(await count('select from vehicle where plate = $1', [vehicleNumber])).toBe(1)
  })

  test('with one VIN one adds the vehicle', async () => {
    const vin = newVin()
    const answers = await Promise.all([asha, priya, asha].map((as) => add({ customerId, vin }, as)))
    expect(statuses(answers)).toEqual([201, 409, 409])
  })

  test('with one new phone all add to one customer', async () => {
    const ownerPhone = newPhone()
    const answers = await Promise.all(
      [asha, priya, asha].map((as) => add({ ownerName: 'Sunil Rao', ownerPhone }, as)),
    )
    expect(statuses(answers)).toEqual([201, 201, 201])
    expect(new Set(answers.map(({ data }) => data['customerId'])).size).toBe(1)
  })

  test('a double click adds one vehicle', async () => {
    const body = { customerId, vehicleNumber: newPlate() }
    const key = { 'idempotency-key': `double-click-${customerId}` }
    const answers = await Promise.all([add(body, asha, key), add(body, asha, key)])
    expect(statuses(answers)).toEqual([201, 201])
    expect(answers[0]?.data.id).toBe(answers[1]?.data.id)
  })
})

describe('what nobody has proved blocks nobody', () => {
  test('a mark in a form that awaits its code can be added', async () => {
    const vehicleNumber = newPlate()
    await submit(stack, { plates: [vehicleNumber] })
    expect((await add({ customerId, vehicleNumber })).status).toBe(201)
  })

  test('a vehicle of somebody who proved nothing goes to whoever registers it', async () => {
    const vehicleNumber = newPlate()
    const owner = { ownerName: 'Sunil Rao', ownerPhone: newPhone() }
    const { data: entered } = await add({ ...owner, vehicleNumber }, meera)
    const { customer, vehicles } = await register(stack, { plates: [vehicleNumber] })
    expect(vehicles[0]).toMatchObject({ id: entered.id, model: 'Innova Crysta' })
    const { data } = await stack.topics.next(
      'customer-vehicle.vehicle.changed.v1',
      ({ key }) => key === entered.id,
    )
    expect(data).toMatchObject({ customerId: customer.id, serviceCenterIds: [pune] })
  })

  test('nor do its papers, its photo and its center go with it', async () => {
    const vehicleNumber = newPlate()
    const owner = { ownerName: 'Sunil Rao', ownerPhone: newPhone() }
    const papers = { vin: newVin(), color: 'Red', engineNumber: '1GD-1', chassisNumber: 'C-1' }
    const photoFileId = await keepPhoto(stack)
    await stack.admin.query('update file set service_center_id = $1 where id = $2', [
      mumbai,
      photoFileId,
    ])
    const typed = { ...owner, ...papers, photoFileId, registrationDate: '2022-03-01' }
    const { data: entered } = await add({ ...typed, vehicleNumber }, meera)
    expect(entered).toMatchObject({ photoFileId, year: 2022 })
    const { status, data } = await add({ customerId, vehicleNumber, year: null })
    expect([status, data]).toMatchObject([
      201,
      {
        ...{ id: entered.id, customerId, vin: null, color: null, engineNumber: null },
        ...{ chassisNumber: null, registrationDate: null, photoFileId: null, year: null },
        ...{ serviceCenterIds: [pune], version: 2 },
      },
    ])
    expect((await stack.call(`GET /vehicles/${entered.id}`, { as: meera })).status).toBe(404)
    await expect
      .poll(() => count('select from file where id = $1', [photoFileId]), { timeout: 10_000 })
      .toBe(0)
    const { data: told } = await stack.topics.next(
      'customer-vehicle.vehicle.changed.v1',
      ({ key }) => key === entered.id,
    )
    expect(told).toMatchObject({ customerId, serviceCenterIds: [pune], vin: null })
  })

  test('a VIN goes to whoever proved the phone, for a new vehicle and for one that is there', async () => {
    const vin = newVin()
    const owner = { ownerName: 'Sunil Rao', ownerPhone: newPhone() }
    const { data: entered } = await add({ ...owner, vin }, meera)
    const { data: mine } = await add({ customerId, vin })
    expect(mine).toMatchObject({ customerId, vin })
    const { data: told } = await stack.topics.next(
      'customer-vehicle.vehicle.changed.v1',
      ({ key }) => key === entered.id,
    )
    expect(told).toMatchObject({ vin: null, serviceCenterIds: [mumbai] })
    const body = { vin: newVin() }
    const again = await stack.call(`PUT /vehicles/${entered.id}`, { as: meera, body })
    expect(again.data).toMatchObject({ vin: body.vin })
    const moved = await stack.call(`PUT /vehicles/${mine.id}`, { as: asha, body })
    expect([moved.status, moved.data]).toMatchObject([200, body])
  })

  test('a mark that is corrected goes to whoever proved the phone, and that is told', async () => {
    const vehicleNumber = newPlate()
    const owner = { ownerName: 'Sunil Rao', ownerPhone: newPhone() }
    const { data: entered } = await add({ ...owner, vehicleNumber }, meera)
    const { data: mine } = await add({ customerId })
    const put = (id: string, as: Person) =>
      stack.call(`PUT /vehicles/${id}`, { as, body: { vehicleNumber } })
    expect(await put(mine.id, asha)).toMatchObject({ status: 200, data: { vehicleNumber } })
    const { headers } = await stack.topics.next(
      'customer-vehicle.vehicle.changed.v1',
      ({ key }) => key === entered.id,
    )
    expect(headers['ce_sequence']).toBe('2')
    const seen = await stack.call(`GET /vehicles/${entered.id}`, { as: meera })
    expect(seen.data).toMatchObject({ vehicleNumber, ownerName: 'Sunil Rao' })
    const back = await put(entered.id, meera)
    expect([back.status, back.body.error?.reason]).toEqual([409, 'vehicle_already_registered'])
    const fresh = await stack.call(`PUT /vehicles/${entered.id}`, {
      as: meera,
      body: { vehicleNumber: newPlate() },
    })
    expect(fresh.status).toBe(200)
  })

  test('nobody unproved takes anything from another', async () => {
    const first = { vehicleNumber: newPlate(), vin: newVin() }
    await add({ ownerName: 'Sunil Rao', ownerPhone: newPhone(), ...first })
    const other = { ownerName: 'Mina Rao', ownerPhone: newPhone() }
    const mark = await add({ ...other, vehicleNumber: first.vehicleNumber })
    const number = await add({ ...other, vin: first.vin })
    const { data: third } = await add(other)
    const body = { vehicleNumber: first.vehicleNumber }
    const corrected = await stack.call(`PUT /vehicles/${third.id}`, { as: asha, body })
    expect([mark, number, corrected].map(({ status }) => status)).toEqual([409, 409, 409])
  })

  test('a vehicle that moves to a proved owner keeps its own mark and VIN', async () => {
    const own = { vehicleNumber: newPlate(), vin: newVin() }
    const { data: sold } = await add({ ownerName: 'Sunil Rao', ownerPhone: newPhone(), ...own })
    const body = { ...own, customerId, reason: 'Sold' }
    const { data } = await stack.call(`PUT /vehicles/${sold.id}`, { as: asha, body })
    expect(data).toMatchObject({ ...own, customerId, version: 2 })
    const { data: told } = await stack.topics.next(
      'customer-vehicle.vehicle.changed.v1',
      ({ key }) => key === sold.id,
    )
    expect(told).toMatchObject({ customerId, vin: expect.any(String) })
  })

  test('of two customers who add such a vehicle at once one gets it', async () => {
    const vehicleNumber = newPlate()
    await add({ ownerName: 'Sunil Rao', ownerPhone: newPhone(), vehicleNumber }, meera)
    const other = (await register(stack)).customer.id
    const both = await Promise.all([
      add({ customerId, vehicleNumber }),
      add({ customerId: other, vehicleNumber }, priya),
    ])
    expect(statuses(both)).toEqual([201, 409])
  })

  test('two who register such a vehicle at once: it goes to one of them', async () => {
    const vehicleNumber = newPlate()
    await add({ ownerName: 'Sunil Rao', ownerPhone: newPhone(), vehicleNumber })
    const both = await Promise.allSettled([
      register(stack, { plates: [vehicleNumber] }),
      register(stack, { plates: [vehicleNumber] }),
    ])
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})
