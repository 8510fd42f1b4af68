import { KeyRing } from '@forecourt/platform/config'
import { personalData } from '@forecourt/platform/personal'
import { kiran } from '@forecourt/testing/people'
import { knowCenters } from '@forecourt/testing/registering'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { customerVehicle } from '../service.ts'
import { fillWithCrowd } from './crowd.queries.ts'
import { strangerAt, vehicleAt } from './crowd.ts'

const rings = [testSecrets.PERSONAL_KEYS, testSecrets.BLIND_INDEX_KEY].map((ring) =>
  KeyRing.parse(ring),
)
const personal = personalData(rings[0] ?? [], rings[1] ?? [])
let stack: Stack
beforeAll(async () => {
  stack = await openStack(customerVehicle)
  await knowCenters(stack)
})
afterAll(() => stack?.close())

function fill(from: number, to: number): Promise<string> {
  return fillWithCrowd({ ...stack, personal, options: { from: String(from), to: String(to) } })
}

async function count(what: string): Promise<number> {
  const { rows } = await stack.admin.query<{ count: string }>(`select count(*) from ${what}`)
  return Number(rows[0]?.count)
}

test('a crowd is there as if everybody had registered, and only once', async () => {
  expect(await fill(0, 700)).toBe('700')
  expect(await fill(600, 900)).toBe('200')
  expect(await fill(0, 900)).toBe('0')
  expect([await count('vehicle'), await count('customer')]).toEqual([900, 630])
  expect(await count('customer_center')).toBe(630)
  const { rows } = await stack.admin.query(
    `select prefix, last from reference_counter
      where last <> (select count(*) from customer
                      where reference_id like 'CUST-' || prefix || '-%')`,
  )
  expect(rows).toEqual([])
  const [person, vehicle] = [strangerAt(1, 629), vehicleAt(1, 899)]
  const { data } = await stack.call<Record<string, unknown>[]>('GET /vehicles', {
    as: kiran,
    query: { search: person.phone },
  })
  expect(data[0]).toMatchObject({
    ...{ id: vehicle.id, vehicleNumber: vehicle.plate.plate, vin: vehicle.vin },
    ...{ ownerName: person.fullName, ownerPhone: person.phone, ownerVerified: true },
  })
  const told = await stack.topics.next(
    'customer-vehicle.vehicle.registered.v1',
    ({ key }) => key === vehicle.id,
  )
  expect(told.data).toMatchObject({ customerId: person.id, brand: vehicle.brand })
})
