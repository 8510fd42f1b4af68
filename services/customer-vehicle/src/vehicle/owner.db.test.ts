import { readFile } from 'node:fs/promises'
import { asha, gita, mumbai, priya, pune } from '@forecourt/testing/people'
import { knowCenters, newPhone, newPlate, register } from '@forecourt/testing/registering'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { customerVehicle } from '../service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(customerVehicle, { APP_DEBUG: 'true' })
  await knowCenters(stack)
})
afterAll(() => stack?.close())
beforeEach(() => stack.redis.flushdb())

interface Owner {
  id: string
  referenceId: string
  verified: boolean
}

/** Sunil, whom Asha enters with his car. */
async function enter(vehicleNumber = newPlate(), ownerPhone = newPhone()): Promise<Owner> {
  const body = { vehicleNumber, make: 'Honda', model: 'City', ownerName: 'Sunil Rao', ownerPhone }
  const { status, data, text } = await stack.call('POST /vehicles', { as: asha, body })
  if (status !== 201) throw new Error(`Nobody was entered: ${text}`)
  return (await stack.call<Owner>(`GET /customers/${String(data['customerId'])}`, { as: asha }))
    .data
}

const told = (event: 'changed' | 'registered', id: string, version: number) =>
  stack.topics.next(
    `customer-vehicle.customer.${event}.v1`,
    ({ key, headers }) => key === id && headers['ce_sequence'] === String(version),
  )

test('an owner whom staff enters has a reference id at once, and everybody hears of them', async () => {
  const { id, referenceId, verified } = await enter(newPlate('MH14'))
  expect([verified, referenceId]).toEqual([false, 'CUST-MH14-000001'])
  const { data } = await told('changed', id, 1)
  expect(data).toMatchObject({ referenceId, isVerified: false, serviceCenterIds: [pune] })
  expect((await enter('22BH1234AA')).referenceId).toBe('CUST-PUN-000001')
  const found = await stack.call<Owner[]>(`GET /customers?filter[verified]=false&search=MH14`, {
    as: asha,
  })
  expect(found.data.map((one) => one.id)).toEqual([id])
})

test('what changes of them is told too', async () => {
  const { id, referenceId } = await enter()
  await stack.call(`PUT /customers/${id}`, { as: asha, body: { city: 'Satara' } })
  const { data } = await told('changed', id, 2)
  expect(data).toMatchObject({ referenceId, city: 'Satara', isVerified: false })
})

test('whoever proves the phone later is that customer, with that vehicle and that number', async () => {
  const mobileNumber = newPhone()
  const { id, referenceId } = await enter(newPlate(), mobileNumber)
  const { customer } = await register(stack, { customer: { mobileNumber } })
  expect(customer).toMatchObject({ id, referenceId, verified: true })
  expect((await told('registered', id, 2)).data).toMatchObject({ referenceId, isVerified: true })
  const { data } = await stack.call(`GET /customers/${id}`, { as: asha })
  // Nobody was asked at the entry; the form asks.
  expect(data).toMatchObject({ vehicles: [{}, {}], marketingConsent: true })
})

test('many who enter owners at once leave no gap between their numbers', async () => {
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, at) => enter(`MH20ZA000${at + 1}`)),
  )
  const numbers = answers.map(({ referenceId }) => referenceId).toSorted()
  expect(numbers).toEqual(numbers.map((_, at) => `CUST-MH20-00000${at + 1}`))
})

test('whoever was entered before there were numbers gets one, and is told with the next change', async () => {
  const people = [await enter(newPlate('MH43')), await enter(newPlate('MH43'))]
  const ids = people.map(({ id }) => id)
  await stack.admin.query('update customer set reference_id = null where id = any ($1)', [ids])
  const migration = new URL('../../migrations/0029_entered_customer.sql', import.meta.url)
  await stack.admin.query(`begin; ${await readFile(migration, 'utf8')}; commit`)
  const { rows } = await stack.admin.query<{ number: string }>(
    'select reference_id as number from customer where id = any ($1) order by created_at',
    [ids],
  )
  expect(rows.map(({ number }) => number)).toEqual(['CUST-MH43-000003', 'CUST-MH43-000004'])
  expect((await enter(newPlate('MH43'))).referenceId).toBe('CUST-MH43-000005')
  await stack.call(`PUT /customers/${ids[0]}`, { as: priya, body: { city: 'Panvel' } })
  const { data } = await told('changed', ids[0] ?? '', 2)
  expect(data).toMatchObject({ referenceId: 'CUST-MH43-000003' })
})

describe('what a body says of the owner is never dropped in silence', () => {
  const car = () => ({ vehicleNumber: newPlate(), make: 'Honda', model: 'City' })
  const add = (body: object) => stack.call('POST /vehicles', { as: asha, body })

  test('a new owner lives where it says, a street line or all of it', async () => {
    const owner = { ...car(), ownerName: 'Sunil Rao', ownerPhone: newPhone() }
    const line = await add({ ...owner, ownerAddress: '7, Karve Road' })
    expect(line.data).toMatchObject({ ownerAddress: { street: '7, Karve Road', city: '' } })
    const whole = {
      ...{ street: '7, Karve Road', city: 'Pune', state: 'maharashtra', district: 'pune' },
      ...{ taluka: 'haveli', zipCode: '411004', country: 'India' },
    }
    const again = { ...owner, ...car(), ownerPhone: newPhone(), ownerAddress: whole }
    expect((await add(again)).data).toMatchObject({
      ownerAddress: { ...whole, state: 'Maharashtra', district: 'Pune', taluka: 'Haveli' },
    })
    expect((await add({ ...again, ...car() })).status).toBe(201)
    const nowhere = { ...again, ownerPhone: newPhone(), ownerAddress: { state: 'Atlantis' } }
    const { status, body } = await add({ ...nowhere, ...car() })
    expect([status, Object.keys(body.errors ?? {})]).toEqual([422, ['ownerAddress.state']])
  })

  test('an address without district and taluka is known so far', async () => {
    const typed = { street: '7, Karve Road', city: 'Pune', state: 'maharashtra', zipCode: '411004' }
    const owner = { ownerName: 'Sunil Rao', ownerPhone: newPhone() }
    const ownerAddress = { ...typed, country: 'IN' }
    const { status, data } = await add({ ...car(), ...owner, ownerAddress })
    const known = { ...typed, state: 'Maharashtra', country: 'India' }
    expect([status, data]).toMatchObject([201, { ownerAddress: known }])
    // However the country is spelled, it is the same.
    for (const country of ['India', 'in']) {
      const again = { ...car(), ...owner, ownerAddress: { ...ownerAddress, country } }
      expect((await add(again)).status).toBe(201)
    }
    const path = `PUT /customers/${String(data['customerId'])}` as const
    const address = { street: '8, FC Road', city: 'Pune', state: 'Goa', zipCode: '403001' }
    const moved = await stack.call(path, { as: asha, body: { address } })
    expect([moved.status, moved.data]).toMatchObject([200, { address }])
  })

  test('an address elsewhere than in India is refused', async () => {
    const owner = { ...car(), ownerName: 'Sunil Rao', ownerPhone: newPhone() }
    const abroad = { city: 'Dubai', country: 'UAE' }
    const added = await add({ ...owner, ownerAddress: abroad })
    expect([added.status, Object.keys(added.body.errors ?? {})]).toEqual([
      422,
      ['ownerAddress.country'],
    ])
    const { id } = await enter()
    const path = `PUT /customers/${id}` as const
    const changed = await stack.call(path, { as: asha, body: { address: abroad } })
    expect([changed.status, Object.keys(changed.body.errors ?? {})]).toEqual([
      422,
      ['address.country'],
    ])
    const home = await stack.call(path, { as: asha, body: { address: { country: 'IN' } } })
    expect(home.status).toBe(200)
  })

  test.each<[Record<string, unknown>, string]>([
    [{ ownerName: 'Sunil Rao' }, 'ownerName'],
    [{ ownerPhone: '98220 99999' }, 'ownerPhone'],
    [{ ownerEmail: 'sunil@example.com' }, 'ownerEmail'],
    [{ ownerEmail: null }, 'ownerEmail'],
    [{ ownerAddress: '7, Karve Road' }, 'ownerAddress'],
    [{ ownerAddress: { city: 'Satara' } }, 'ownerAddress'],
    [{ ownerName: 'Rahul Deshpande', ownerAddress: null }, 'ownerAddress'],
  ])('%j differs from the customer who is named', async (owner, field) => {
    const { customer, vehicles } = await register(stack)
    const added = await add({ ...car(), customerId: customer.id, ...owner })
    expect([added.status, Object.keys(added.body.errors ?? {})]).toEqual([422, [field]])
    const path = `PUT /vehicles/${vehicles[0]?.id}` as const
    const changed = await stack.call(path, { as: asha, body: { color: 'Red', ...owner } })
    expect([changed.status, Object.keys(changed.body.errors ?? {})]).toEqual([422, [field]])
    const { data } = await stack.call(`GET /vehicles/${vehicles[0]?.id}`, { as: asha })
    expect(data).toMatchObject({ color: null, version: 1 })
  })

  test('whoever is found by phone keeps what is known of them', async () => {
    const mobileNumber = newPhone()
    const { customer } = await register(stack, { customer: { mobileNumber } })
    const named = { ...car(), ownerName: 'R. D.', ownerPhone: mobileNumber }
    const { status, body } = await add({ ...named, ownerEmail: 'other@example.com' })
    expect([status, Object.keys(body.errors ?? {})]).toEqual([422, ['ownerEmail']])
    const same = await add({ ...named, ownerEmail: 'Rahul@Example.com' })
    expect(same.data).toMatchObject({ customerId: customer.id, ownerName: 'Rahul Deshpande' })
  })

  test('a page sends back all that it was shown, and changes the color alone', async () => {
    const entered = await enter()
    for (const { id } of [(await register(stack)).customer, entered]) {
      const page = await stack.call<object[]>(`GET /vehicles?filter[customerId]=${id}`, {
        as: asha,
      })
      const [shown] = page.data as { id: string; serviceCenterId: string }[]
      const body = { ...shown, color: 'Red' }
      const { status, data } = await stack.call(`PUT /vehicles/${shown?.id}`, { as: asha, body })
      expect([status, data]).toMatchObject([
        200,
        { ...shown, ...body, version: 2, updatedAt: expect.any(String) },
      ])
      const buyer = (await register(stack)).customer.id
      const sold = { ...body, customerId: buyer, reason: 'Sold' }
      const moved = await stack.call(`PUT /vehicles/${shown?.id}`, { as: asha, body: sold })
      expect([moved.status, moved.data]).toMatchObject([200, { customerId: buyer }])
    }
  })

  test('a customer is named by the id of the account too', async () => {
    const [{ customer }, { vehicles }] = [await register(stack), await register(stack)]
    const own = 'update customer set account_id = $1 where id = $2'
    await stack.admin.query(own, [gita.userId, customer.id])
    const named = { customerId: gita.userId }
    expect((await add({ ...car(), ...named })).data).toMatchObject({ customerId: customer.id })
    const body = { ...named, reason: 'Sold' }
    const moved = await stack.call(`PUT /vehicles/${vehicles[0]?.id}`, { as: asha, body })
    expect(moved.data).toMatchObject({ customerId: customer.id })
    await stack.admin.query(own, [null, customer.id])
  })

  test('another center is not chosen here', async () => {
    const { vehicles } = await register(stack)
    const path = `PUT /vehicles/${vehicles[0]?.id}` as const
    const { status, body } = await stack.call(path, { as: asha, body: { serviceCenterId: mumbai } })
    expect([status, Object.keys(body.errors ?? {})]).toEqual([422, ['serviceCenterId']])
  })
})
