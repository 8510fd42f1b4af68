import { randomUUID } from 'node:crypto'
import { JobCardCreated } from '@forecourt/contracts/workshop-events'
import {
  asha,
  gita,
  meera,
  mumbai,
  priya,
  pune,
  ravi,
  type Person,
} from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import { knowCenters, newPhone, newPlate, register } from '@forecourt/testing/registering'
import { newKey } from '@forecourt/storage/storage'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { cardFact } from '@forecourt/testing/visit-facts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { customerVehicle } from '../service.ts'

let stack: Stack
let id = ''
let customerId = ''
beforeAll(async () => {
  stack = await openStack(customerVehicle, { APP_DEBUG: 'true' })
  await knowCenters(stack)
})
afterAll(() => stack?.close())
beforeEach(async () => {
  await stack.redis.flushdb()
  const { customer, vehicles } = await register(stack)
  customerId = customer.id
  id = vehicles[0]?.id ?? ''
})

function change(body: unknown, as: Person = asha, headers: Record<string, string> = {}) {
  return stack.call(`PUT /vehicles/${id}`, { as, body, headers })
}

test('a photo that is replaced or cleared is dropped, and no other file of the vehicle', async () => {
  const fileIds = async () => {
    const files = await stack.admin.query<{ id: string }>(
      'select id from file where attached_to = $1 order by created_at',
      [id],
    )
    return files.rows.map((file) => file.id)
  }
  const [first = ''] = await fileIds()
  const [inspection, second] = [randomUUID(), randomUUID()]
  for (const [fileId, purpose, to] of [
    [inspection, 'inspection', id],
    [second, 'vehicle_photo', null],
  ]) {
    await stack.admin.query(
      `insert into file (id, purpose, attached_to, storage_key, content_type, bytes, width, height,
         service_center_id)
       values ($1, $2, $3, $4, 'image/webp', 1, 1, 1, $5)`,
      [fileId, purpose, to, newKey('customer-vehicle'), pune],
    )
  }
  expect((await change({ photoFileId: second })).status).toBe(200)
  expect(await fileIds()).toEqual([inspection, second])
  expect((await change({ photoFileId: null })).status).toBe(200)
  expect(await fileIds()).toEqual([inspection])
  await expect
    .poll(async () => {
      const { rowCount } = await stack.admin.query('select from file where id in ($1, $2)', [
        first,
        second,
      ])
      return rowCount
    })
    .toBe(0)
})

function move(name: 'archive' | 'restore', as: Person = asha) {
  return stack.call(`PUT /vehicles/${id}/${name}`, { as })
}

function told(version: number) {
  return stack.topics.next(
    'customer-vehicle.vehicle.changed.v1',
    ({ key, headers }) => key === id && headers['ce_sequence'] === String(version),
  )
}

async function buyer(): Promise<string> {
  const { data } = await stack.call('POST /vehicles', {
    as: asha,
    body: {
      ...{ vehicleNumber: newPlate(), make: 'Honda', model: 'City' },
      ...{ ownerName: 'Sunil Rao', ownerPhone: newPhone() },
    },
  })
  return String(data['customerId'])
}

const statuses = (answers: { status: number }[]) =>
  answers.map(({ status }) => status).toSorted((one, other) => one - other)

test('what is given changes and the rest stays: answer, event and audit', async () => {
  const { status, data, headers } = await change({ color: 'Red', model: 'Fortuner' })
  expect(status).toBe(200)
  expect(headers.get('etag')).toBe('"2"')
  expect(data).toMatchObject({ id, color: 'Red', model: 'Fortuner', brand: 'Toyota', version: 2 })
  expect((await told(2)).data).toMatchObject({ color: 'Red', model: 'Fortuner', status: 'active' })
  const line = await stack.topics.next(
    'customer-vehicle.audit.recorded.v1',
    ({ data: deed }) => deed?.['action'] === 'PUT /vehicles/:id' && deed['entityId'] === id,
  )
  expect(line.data).toMatchObject({ before: { color: null }, after: { color: 'Red' } })
})

describe('either spelling changes the same field', () => {
  test.each<[Record<string, unknown>, Record<string, unknown>]>([
    [{ make: 'honda' }, { make: 'Honda', brand: 'Honda' }],
    [{ year: 2019 }, { year: 2019, yearOfPurchase: 2019 }],
    [{ yearOfPurchase: null }, { year: null, yearOfPurchase: null }],
    [{ vehicleNumber: 'mh 14 xy 7' }, { vehicleNumber: 'MH14XY7' }],
    [{ vin: '1m8gdm9axkp042788' }, { vin: '1M8GDM9AXKP042788', vinWarning: null }],
    [
      { vin: null, color: null },
      { vin: null, color: null },
    ],
  ])('%j', async (body, after) => {
    expect((await change(body)).data).toMatchObject(after)
    await stack.admin.query('update vehicle set vin = null where id = $1', [id])
  })
})

describe('a form that sends back all that it was shown', () => {
  const shown = async () => (await stack.call(`GET /vehicles/${id}`, { as: asha })).data

  test.each<[Record<string, unknown>, Record<string, unknown>]>([
    [
      { make: 'honda', year: 2019 },
      { brand: 'Honda', yearOfPurchase: 2019 },
    ],
    [
      { brand: 'Honda', yearOfPurchase: 2019 },
      { make: 'Honda', year: 2019 },
    ],
    [{ year: null }, { year: null, yearOfPurchase: null }],
    [{}, { brand: 'Toyota', yearOfPurchase: 2020 }],
  ])('has changed %j', async (changed, after) => {
    await change({ year: 2020 })
    const { status, data } = await change({ ...(await shown()), ...changed })
    expect([status, data]).toMatchObject([200, after])
  })

  test.each<[Record<string, unknown>, string[]]>([
    [{ year: 1700 }, ['year']],
    [{ year: 2900 }, ['year']],
    [{ make: '' }, ['make']],
    [{ make: 'Pushpaka' }, ['make']],
    [{ make: 'Honda', brand: 'Tata Motors' }, ['brand', 'make']],
    [{ year: 2018, yearOfPurchase: 2019 }, ['yearOfPurchase', 'year']],
  ])('is told what is wrong with %j, under its own names', async (changed, fields) => {
    const { status, body } = await change({ ...(await shown()), ...changed })
    expect([status, Object.keys(body.errors ?? {})]).toEqual([422, fields])
  })
})

test('what has an address of its own may come back as it is, and as nothing else', async () => {
  const path = `GET /vehicles/${id}` as const
  const component = `PUT /vehicles/${id}/graphical/components/battery` as const
  await stack.call(component, { as: asha, body: { lastServiceDate: '2026-01-31' } })
  const { data } = await stack.call(path, { as: asha, query: { include: 'graphical' } })
  expect((await change({ ...data, color: 'Red' })).data).toMatchObject({ color: 'Red' })
  const graphicalData = { ...(data['graphicalData'] as object), components: [] }
  for (const body of [{ status: 'archived' }, { graphicalData }]) {
    const { status, body: answer } = await change({ ...data, ...body })
    expect([status, Object.keys(answer.errors ?? {})]).toEqual([422, Object.keys(body)])
  }
})

test('a mark that another vehicle has is refused', async () => {
  const vehicleNumber = newPlate()
  await register(stack, { plates: [vehicleNumber] })
  const { status, body } = await change({ vehicleNumber })
  expect([status, body.error?.reason]).toEqual([409, 'vehicle_already_registered'])
})

test('of two who change the same version the second is told', async () => {
  const match = { 'if-match': '"1"' }
  const both = await Promise.all([
    change({ color: 'Red' }, asha, match),
    change({ color: 'Blue' }, priya, match),
  ])
  expect(statuses(both)).toEqual([200, 412])
})

test('Ravi repairs vehicles and changes none, and Meera sees none of Pune', async () => {
  expect((await change({ color: 'Red' }, ravi)).status).toBe(403)
  expect((await change({ color: 'Red' }, meera)).status).toBe(404)
  expect((await move('archive', meera)).status).toBe(404)
})

describe('a vehicle that is sold', () => {
  test('is moved with the reason: answer, event and audit', async () => {
    const next = await buyer()
    const { status, data } = await change({ customerId: next, reason: 'Sold on 12 November' })
    expect(status).toBe(200)
    expect(data).toMatchObject({
      ...{ customerId: next, ownerName: 'Sunil Rao', reason: 'Sold on 12 November', version: 2 },
    })
    expect((await told(2)).data).toMatchObject({ customerId: next, serviceCenterIds: [pune] })
    const line = await stack.topics.next(
      'customer-vehicle.audit.recorded.v1',
      ({ data: deed }) => deed?.['action'] === 'PUT /vehicles/:id' && deed['entityId'] === id,
    )
    expect(line.data).toMatchObject({
      before: { customerId },
      after: { customerId: next, reason: '[19 characters]' },
    })
  })

  test('keeps from whom to whom it went and why, for staff alone', async () => {
    const next = await buyer()
    await change({ customerId: next, reason: 'Sold to her cousin' })
    const moves = (as: Person) => stack.call<unknown[]>(`GET /vehicles/${id}/history/moves`, { as })
    expect((await moves(asha)).data).toMatchObject([
      {
        ...{ vehicleId: id, formerCustomerId: customerId, customerId: next },
        ...{ movedBy: asha.userId, reason: 'Sold to her cousin' },
      },
    ])
    expect((await moves(meera)).status).toBe(404)
    const own = 'update customer set account_id = $1 where id = $2'
    await stack.admin.query(own, [gita.userId, next])
    expect(await moves(gita)).toMatchObject({ status: 200, data: [] })
    await stack.admin.query('update customer set account_id = null where id = $1', [next])
  })

  test('is moved neither without a reason nor to somebody who is not there', async () => {
    const next = await buyer()
    const silent = await change({ customerId: next })
    expect([silent.status, Object.keys(silent.body.errors ?? {})]).toEqual([422, ['reason']])
    await stack.admin.query('delete from customer_center where customer_id = $1', [next])
    expect((await change({ customerId: next, reason: 'Sold' })).status).toBe(404)
    expect((await change({ customerId })).status).toBe(200)
  })

  test('is seen by the new owner, and the former one keeps the own visits alone', async () => {
    await stack.admin.query('update customer set account_id = null where account_id is not null')
    const own = 'update customer set account_id = $1 where id = $2'
    await stack.admin.query(own, [gita.userId, customerId])
    const visit = cardFact({ customerId, vehicleId: id })
    await publish(stack, JobCardCreated, visit)
    const seen = () => stack.call<{ id: string }[]>(`GET /vehicles/${id}/history`, { as: gita })
    await expect.poll(async () => (await seen()).data?.length).toBe(1)
    expect((await stack.call(`GET /vehicles/${id}`, { as: gita })).status).toBe(200)
    const next = await buyer()
    await change({ customerId: next, reason: 'Sold' })
    expect((await stack.call(`GET /vehicles/${id}`, { as: gita })).status).toBe(404)
    expect((await stack.call<unknown[]>('GET /vehicles', { as: gita })).data).toEqual([])
    expect((await seen()).data.map((one) => one.id)).toEqual([visit.jobCardId])
    await stack.admin.query('update customer set account_id = null where id = $1', [customerId])
    await stack.admin.query(own, [gita.userId, next])
    expect((await stack.call(`GET /vehicles/${id}`, { as: gita })).status).toBe(200)
    expect((await seen()).data).toEqual([])
  })

  test('goes to one of two buyers at once who know the same version', async () => {
    const buyers = [await buyer(), await buyer()]
    const answers = await Promise.all(
      buyers.map((next) => change({ customerId: next, reason: 'Sold' }, asha, { 'if-match': '1' })),
    )
    expect(statuses(answers)).toEqual([200, 412])
  })
})

describe('a vehicle that nobody brings any more', () => {
  test('is archived, and restored', async () => {
    expect((await move('archive')).data).toMatchObject({
      status: 'archived',
      available: ['restore'],
    })
    expect((await told(2)).data).toMatchObject({ status: 'archived' })
    const again = await move('archive')
    expect([again.status, again.body.error?.reason]).toEqual([409, 'state_forbids'])
    expect((await move('restore')).data).toMatchObject({ status: 'active' })
  })

  test('comes back with its next visit', async () => {
    await move('archive')
    await publish(stack, JobCardCreated, cardFact({ customerId, vehicleId: id }))
    const status = async () =>
      (await stack.call(`GET /vehicles/${id}`, { as: asha })).data['status']
    await expect.poll(status).toBe('in_service')
    expect((await move('archive')).status).toBe(409)
  })

  test('is archived by one of two at once', async () => {
    expect(statuses(await Promise.all([move('archive'), move('archive', priya)]))).toEqual([
      200, 409,
    ])
  })
})

test.each(['Pacific/Kiritimati', 'Etc/GMT+12'])(
  'today is the day of the center, be it in %s',
  async (timeZone) => {
    const inZone = 'update service_center set time_zone = $2 where id = $1'
    await stack.admin.query(inZone, [pune, timeZone])
    const today = Temporal.Now.plainDateISO(timeZone)
    const tomorrow = String(today.add({ days: 1 }))
    expect((await change({ registrationDate: String(today) })).status).toBe(200)
    expect((await change({ registrationDate: tomorrow })).status).toBe(422)
    for (const [nextServiceDate, nextServiceDue] of [
      [String(today), true] as const,
      [tomorrow, false] as const,
    ]) {
      const lastServiceDate = String(
        Temporal.PlainDate.from(nextServiceDate).subtract({ days: 30 }),
      )
      const component = `PUT /vehicles/${id}/graphical/components/battery` as const
      await stack.call(component, { as: asha, body: { lastServiceDate, serviceInterval: 30 } })
      const { data } = await stack.call(`GET /vehicles/${id}`, { as: asha })
      expect(data).toMatchObject({ nextServiceDate, nextServiceDue })
    }
    await stack.admin.query(inZone, [pune, 'Asia/Kolkata'])
  },
)

describe('the service of a vehicle', () => {
  async function serve(at: string, odometerReading: number, serviceCenterId = pune) {
    await stack.admin.query(
      `insert into visit (id, job_card_number, service_request_id, vehicle_id, customer_id,
         service_center_id, status, is_home_service, odometer_reading, services,
         additional_services, parts_used, total_minor, currency, payment_status, opened_at,
         completed_at, version)
       values (gen_random_uuid(), 'JC-1', gen_random_uuid(), $1, $2, $3, 'delivered', false, $4,
         '[]', '[]', '[]', 0, 'INR', 'paid', $5, $5, 1)`,
      [id, customerId, serviceCenterId, odometerReading, at],
    )
  }

  test('is told of every center, by the day of the center', async () => {
    await serve('2025-03-10T20:00:00Z', 21_000, mumbai)
    await serve('2024-03-01T06:00:00Z', 12_000)
    const { data } = await stack.call(`GET /vehicles/${id}`, { as: asha })
    expect(data).toMatchObject({ lastServiceDate: '2025-03-11', lastOdometerReading: 21_000 })
  })

  test('is due again half a year after a visit, or when the first component wants it', async () => {
    await serve('2025-03-10T06:00:00Z', 21_000)
    const shown = async () => (await stack.call(`GET /vehicles/${id}`, { as: asha })).data
    expect(await shown()).toMatchObject({ nextServiceDate: '2025-09-06', nextServiceDue: true })
    const served = { lastServiceDate: '2190-01-01', serviceInterval: 365 }
    const component = `PUT /vehicles/${id}/graphical/components/battery` as const
    await stack.call(component, { as: asha, body: served })
    expect(await shown()).toMatchObject({ nextServiceDate: '2191-01-01', nextServiceDue: false })
  })
})
