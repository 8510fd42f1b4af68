import { randomUUID } from 'node:crypto'
import {
  CustomerChanged,
  CustomerRegistered,
  RegistrationVerified,
  VehicleRegistered,
} from '@forecourt/contracts/customer-vehicle-events'
import { ServiceCenterChanged } from '@forecourt/contracts/identity-events'
import { inTransaction } from '@forecourt/platform/database'
import { Outbox, type Emit } from '@forecourt/platform/outbox'
import { systemScope } from '@forecourt/platform/scope'
import { eventually } from '@forecourt/testing/eventually'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stateOf } from './bicycle/bicycle.ts'
import { bicycles } from './bicycle/service.ts'

let stack: Stack
beforeAll(async () => (stack = await openStack(bicycles)))
afterAll(() => stack?.close())

/** One transaction that says something in the name of a service; the stack's relay sends it. */
function say(service: string, work: (emit: Emit) => void): Promise<void> {
  const outbox = new Outbox(service, { correlationId: randomUUID() })
  return inTransaction(stack.pool, systemScope(), (db) => {
    work(outbox.emit)
    return outbox.flush(db)
  })
}

function customer(customerId: string, city: string) {
  return {
    ...{ customerId, referenceId: 'C1', serviceCenterIds: [], firstName: 'x', fullName: 'x' },
    ...{ phone: 'x', alternativePhone: null, email: null, city, taluka: 'x', district: 'x' },
    ...{ state: 'x', pinCode: 'x', marketingConsent: false },
  } as never
}

async function cityOf(customerId: string): Promise<string | undefined> {
  const { rows } = await stack.admin.query<{ city: string }>(
    'select city from rider where id = $1',
    [customerId],
  )
  return rows[0]?.city
}

test('a noun that is no more leaves an empty record under its key, after its last event', async () => {
  const id = randomUUID()
  await say('identity', (emit) => {
    emit(ServiceCenterChanged, 7, stateOf({ id, name: 'Closed' }))
    emit.tombstone(ServiceCenterChanged, 8, id)
  })
  await stack.topics.next(
    'identity.service-center.changed.v1',
    ({ key, data }) => key === id && data === null,
  )
  const told = stack.topics.seen.filter(({ key }) => key === id)
  expect(told.map(({ data }) => data?.['name'])).toEqual(['Closed', undefined])
  expect(told.at(-1)?.headers).toMatchObject({ ce_subject: id, ce_sequence: '8' })
})

test('replicas forget it, whatever event they know of its topic, and nobody else trips', async () => {
  const [rider, other, vehicle] = [randomUUID(), randomUUID(), randomUUID()]
  const data = {
    ...{ vehicleId: vehicle, brand: 'after', customerId: rider, serviceCenterIds: [] },
    ...{ plate: 'x', model: 'x', yearOfPurchase: null, status: 'active' },
  }
  await say('customer-vehicle', (emit) => {
    emit(CustomerRegistered, 1, customer(rider, 'Pune'))
    emit(CustomerRegistered, 1, customer(other, 'Goa'))
  })
  await eventually('both riders', async () => (await cityOf(rider)) && (await cityOf(other)))
  await say('customer-vehicle', (emit) => {
    emit(CustomerChanged, 2, customer(rider, ''))
    emit.tombstone(CustomerChanged, 3, rider)
    emit.tombstone(VehicleRegistered, 1, vehicle)
    emit(VehicleRegistered, 2, data)
  })
  await eventually('a rider that is forgotten', async () => (await cityOf(rider)) === undefined)
  expect(await cityOf(other)).toBe('Goa')
  await eventually('the ride after a tombstone', async () => {
    const { rowCount } = await stack.admin.query('select from ride where bicycle = $1', [vehicle])
    return rowCount === 1
  })
  const { rows } = await stack.admin.query('select * from dead_letter')
  expect(rows).toEqual([])
})

test('what is kept for ever forgets nothing, and only its owner lets a noun go', async () => {
  await expect(
    say('customer-vehicle', (emit) => {
      // @ts-expect-error A ledger has no tombstones.
      emit.tombstone(RegistrationVerified, 2, randomUUID())
    }),
  ).rejects.toThrow('forgets none')
  await expect(
    say('customer-vehicle', (emit) => emit.tombstone(ServiceCenterChanged, 2, randomUUID())),
  ).rejects.toThrow('does not own')
})
