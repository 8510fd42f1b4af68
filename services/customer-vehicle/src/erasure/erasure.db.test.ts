import { randomUUIDv7 } from 'node:crypto'
import { UserCreated } from '@forecourt/contracts/identity-events'
import { InvoiceDrafted, InvoiceSettled } from '@forecourt/contracts/billing-events'
import {
  JobCardCreated,
  JobCardDelivered,
  ServiceRequestCancelled,
  ServiceRequestOpened,
} from '@forecourt/contracts/workshop-events'
import { KeyRing } from '@forecourt/platform/config'
import { personalData } from '@forecourt/platform/personal'
import { eventually } from '@forecourt/testing/eventually'
import { asha, kiran, meera, mumbai, priya } from '@forecourt/testing/people'
import { testPersonalTables } from '@forecourt/testing/personal-tables'
import { tracesInTables, tracesInTopics, type Known } from '@forecourt/testing/person-traces'
import { publish } from '@forecourt/testing/publish'
import {
  knowCenters,
  newPhone,
  newPlate,
  register,
  submit,
  type Verified,
} from '@forecourt/testing/registering'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import { cardFact, issuedInvoiceFact, requestFact } from '@forecourt/testing/visit-facts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { customerVehicle } from '../service.ts'
import { personalTables } from './personal-tables.queries.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(customerVehicle, { APP_DEBUG: 'true' })
  await knowCenters(stack)
})
afterAll(() => stack?.close())
beforeEach(() => stack.redis.flushdb())

const keys = (name: keyof typeof testSecrets) => KeyRing.parse(testSecrets[name])
const personal = personalData(keys('PERSONAL_KEYS'), keys('BLIND_INDEX_KEY'))

/** Somebody whose every particular is nobody else's. */
function somebody() {
  const mark = randomUUIDv7().slice(-8)
  const known = {
    phone: newPhone(),
    email: `leela.${mark}@example.com`,
    name: `Leela Quill${mark}`,
    street: `${mark}, Unmistakable Lane`,
    plate: newPlate(),
  }
  const customer = {
    mobileNumber: known.phone,
    email: known.email,
    fullName: known.name,
    address: known.street,
  }
  return { known, form: { customer, plates: [known.plate], as: asha } }
}

async function registered(): Promise<{ known: Known; made: Verified; id: string }> {
  const { known, form } = somebody()
  const made = await register(stack, form)
  return { known, made, id: made.customer.id }
}

const erase = (id: string, as = priya) => stack.call(`DELETE /customers/${id}`, { as })

async function rowsOf(text: string, values: unknown[] = []) {
  return (await stack.admin.query(text, values)).rows as Record<string, unknown>[]
}

function heard(eventId: string, consumer = '%') {
  return eventually('the event', async () => {
    const text = 'select from inbox where event_id = $1 and consumer like $2'
    return (await rowsOf(text, [eventId, consumer])).length > 0
  })
}

test('whoever is erased leaves no trace in any table, and none at the tip of any topic', async () => {
  const { known, made, id } = await registered()
  expect(await tracesInTables(stack, 'customer-vehicle', known)).toContain('customer.phone: phone')
  await submit(stack, { ...somebody().form, customer: { mobileNumber: known['phone'] } })
  const papers = `vin = 'MAT00000000000001', color = 'Red', registration_date = '2020-01-01'`
  await stack.admin.query(`update vehicle set ${papers} where customer_id = $1`, [id])
  const { status, data } = await erase(id)
  expect(status).toBe(200)
  expect(data).toEqual({ id, erasedAt: expect.any(String) })
  await stack.topics.next('customer-vehicle.customer.erased.v1', ({ key }) => key === id)
  const isTheirs = ({ key }: { key: string }) => key === made.vehicles[0]?.id
  await stack.topics.next(
    'customer-vehicle.vehicle.changed.v1',
    (record) => isTheirs(record) && record.data === null,
  )
  const blank = stack.topics.seen.filter(isTheirs).at(-2)
  expect(blank?.data).toMatchObject({ vin: null, color: null, registrationDate: null })
  const told = await stack.told()
  expect(await tracesInTables(stack, 'customer-vehicle', known)).toEqual([])
  expect(tracesInTopics(told, known)).toEqual([])
  expect((await stack.call(`GET /customers/${id}`, { as: kiran })).status).toBe(404)
  expect(await rowsOf('select id, erased_by from erasure where id = $1', [id])).toEqual([
    { id, erased_by: priya.userId },
  ])
})

test('photos go with whom they were of', async () => {
  const { made, id } = await registered()
  const photo = made.vehicles[0]?.['photoFileId']
  await erase(id)
  await expect.poll(() => rowsOf('select from file where id = $1', [photo])).toEqual([])
})

test('why a vehicle was sold goes with whoever sold it, and with whoever bought it', async () => {
  for (const who of ['seller', 'buyer'] as const) {
    await stack.redis.flushdb()
    const [seller, buyer] = [await registered(), await registered()]
    const vehicleId = seller.made.vehicles[0]?.id
    const reason = `Sold by ${seller.known['name']} to ${buyer.known['name']}`
    const move = { as: asha, body: { customerId: buyer.id, reason } }
    expect((await stack.call(`PUT /vehicles/${vehicleId}`, move)).status).toBe(200)
    const { id, known } = { seller, buyer }[who]
    const kept = await stack.call<Record<string, unknown>>(
      `GET /personal-data/customer-vehicle/${id}`,
      {
        as: priya,
      },
    )
    expect(JSON.stringify(kept.data)).toContain(reason)
    expect((await erase(id)).status).toBe(200)
    const name = { name: known['name'] ?? '' }
    expect(await tracesInTables(stack, 'customer-vehicle', name)).toEqual([])
  }
})

test('the phone and the plate register anew, as a new customer with new ids', async () => {
  const { known, made, id } = await registered()
  await erase(id)
  await stack.redis.flushdb()
  const again = await register(stack, {
    as: asha,
    customer: { mobileNumber: known['phone'] },
    plates: [known['plate'] ?? ''],
  })
  expect(again.customer.id).not.toBe(id)
  expect(again.vehicles[0]?.id).not.toBe(made.vehicles[0]?.id)
  expect(again.customer.referenceId).not.toBe(made.customer.referenceId)
})

test('nobody is erased while a request, a card or an invoice is open', async () => {
  const { made, id } = await registered()
  const visitor = { customerId: id, vehicleId: made.vehicles[0]?.id ?? '' }
  const request = requestFact(visitor)
  const card = cardFact(visitor, { serviceRequestId: request.serviceRequestId })
  const invoice = { ...issuedInvoiceFact(id), status: 'draft', invoiceNumber: null }
  await publish(stack, ServiceRequestOpened, request)
  await publish(stack, JobCardCreated, card)
  await heard(await publish(stack, InvoiceDrafted, invoice))
  await eventually('all three', async () => {
    const open = await rowsOf('select from open_matter where customer_id = $1', [id])
    return open.length === 3
  })
  const { status, body } = await erase(id)
  expect(status).toBe(409)
  expect(body.error?.reason).toBe('customer_busy')
  expect(body.message).toContain('service request SR-000123')
  expect(body.message).toContain('job card JC-000456')
  expect(body.message).toContain('invoice (draft)')
  const later = { version: 2 }
  await publish(stack, ServiceRequestCancelled, { ...request, status: 'cancelled' }, later)
  await publish(stack, JobCardDelivered, { ...card, status: 'delivered' }, later)
  await publish(stack, InvoiceSettled, { ...invoice, status: 'paid' }, later)
  await eventually('nothing open', async () => {
    const open = await rowsOf('select from open_matter where customer_id = $1 and is_open', [id])
    return open.length === 0
  })
  expect((await erase(id)).status).toBe(200)
})

test('what is open at another center is not named to the own one', async () => {
  const { made, id } = await registered()
  const visitor = { customerId: id, vehicleId: made.vehicles[0]?.id ?? '' }
  const request = { ...requestFact(visitor), serviceCenterId: mumbai }
  await heard(await publish(stack, ServiceRequestOpened, request))
  const refused = await erase(id)
  expect([refused.status, refused.body.message]).toEqual([
    409,
    'This customer still has open: something at another center.',
  ])
  expect((await erase(id, kiran)).body.message).toContain(request.requestNumber)
})

test('a photo of theirs that a vehicle of somebody else names stays', async () => {
  const { id } = await registered()
  const other = await registered()
  const photo = other.made.vehicles[0]?.['photoFileId']
  const accountId = randomUUIDv7()
  await rowsOf('update customer set account_id = $2 where id = $1', [id, accountId])
  await rowsOf('update file set uploaded_by = $2 where id = $1', [photo, accountId])
  await erase(id)
  expect(await rowsOf('select attached_to from file where id = $1', [photo])).toEqual([
    { attached_to: other.made.vehicles[0]?.id },
  ])
})

test('another center cannot erase, nor learn that there is somebody', async () => {
  const { id } = await registered()
  expect((await erase(id, meera)).status).toBe(404)
  expect((await erase(id, asha)).status).toBe(403)
  const { data } = await submit(stack, { ...somebody().form })
  expect((await erase(data.registrationId, meera)).status).toBe(404)
  const { status, body } = await erase(data.registrationId)
  expect([status, body.error?.reason]).toEqual([409, 'state_forbids'])
})

test('of many erasures at once one has an effect', async () => {
  const { id } = await registered()
  const ends = await Promise.all(Array.from({ length: 8 }, () => erase(id)))
  const statuses = Object.groupBy(ends, ({ status }) => status)
  expect([statuses[200]?.length, statuses[404]?.length]).toEqual([1, 7])
  const told = (await stack.told()).filter(
    ({ key, type }) => key === id && type === 'customer-vehicle.customer.erased.v1',
  )
  expect(told).toHaveLength(1)
})

test('whoever proves the phone at the moment of an erasure is erased with it, or was before', async () => {
  const { known, id } = await registered()
  await stack.redis.flushdb()
  const { data } = await submit(stack, {
    as: asha,
    customer: { mobileNumber: known['phone'] },
  })
  const verify = stack.call<Verified>(`POST /registrations/${data.registrationId}/verify`, {
    as: asha,
    body: { otp: data.otp_for_testing },
  })
  const [verified, erased] = await Promise.all([verify, erase(id)])
  expect(erased.status).toBe(200)
  // The form goes with the person when the erasure comes first, else its customer does.
  expect([201, 400, 404]).toContain(verified.status)
  expect(await tracesInTables(stack, 'customer-vehicle', known)).toEqual([])
})

test('an account that was erased makes nobody a customer again', async () => {
  const [userId, phone] = [randomUUIDv7(), newPhone()]
  const seal = (column: string, value: string) =>
    personal.seal(value, { table: 'user', column, id: userId })
  const account = {
    ...{ userId, role: 'mobile_user', status: 'active', serviceCenterIds: [], email: null },
    ...{ fullName: seal('full_name', 'Gita Rao'), phone: seal('phone', phone) },
  }
  await publish(stack, UserCreated, account)
  await eventually('a customer', async () => {
    const rows = await rowsOf('select from customer where account_id = $1', [userId])
    return rows.length > 0
  })
  await erase(userId, kiran)
  await stack.redis.flushdb()
  const anew = await register(stack, { as: asha, customer: { mobileNumber: phone } })
  await heard(await publish(stack, UserCreated, account, { version: 2 }), '%.accounts.%')
  const found = await rowsOf('select id, account_id from customer where phone_index = $1', [
    personal.blindIndex('phone', phone),
  ])
  expect(found).toEqual([{ id: anew.customer.id, account_id: null }])
})

test('a row under an erased id is left out by the database itself', async () => {
  const { id } = await registered()
  const [row = {}] = await rowsOf('select * from customer where id = $1', [id])
  await erase(id)
  const columns = Object.keys(row)
  const places = columns.map((_, at) => `$${at + 1}`)
  const text = `insert into customer (${columns.join(', ')}) values (${places.join(', ')})`
  const { rowCount } = await stack.admin.query(text, Object.values(row))
  expect([rowCount, await rowsOf('select from customer where id = $1', [id])]).toEqual([0, []])
})

test('the key is given its tombstone when nobody needs the ids any more', async () => {
  const { id } = await registered()
  await erase(id)
  await stack.admin.query(`update timer set due_at = now() where subject = $1`, [id])
  const last = await stack.topics.next(
    'customer-vehicle.customer.erased.v1',
    ({ key, data }) => key === id && data === null,
  )
  const all = stack.topics.seen.filter(({ key, topic }) => key === id && topic.includes('customer'))
  const versions = all.map(({ headers }) => Number(headers['ce_sequence']))
  expect(versions).toEqual(versions.toSorted((one, other) => one - other))
  expect(last.headers['ce_sequence']).toBe(String(versions.at(-1)))
})

test('an export shows a form that still waits, the own picture, and photos of sold vehicles', async () => {
  const { known, made, id } = await registered()
  const accountId = randomUUIDv7()
  await rowsOf('update customer set account_id = $2 where id = $1', [id, accountId])
  await stack.redis.flushdb()
  const customer = { mobileNumber: known['phone'], city: 'Khed' }
  const { data: form } = await submit(stack, { as: asha, customer, plates: [newPlate()] })
  const card = cardFact({ customerId: id, vehicleId: made.vehicles[0]?.id ?? '' })
  await heard(await publish(stack, JobCardCreated, card), '%.visits.%')
  const files = [randomUUIDv7(), randomUUIDv7()]
  await rowsOf(
    `insert into file (id, purpose, attached_to, visit_id, storage_key, content_type, bytes, width,
                       height, service_center_id)
     values ($1, 'profile_image', $3, null, 'a', 'image/webp', 1, 1, 1, null),
            ($2, 'inspection', gen_random_uuid(), $4, 'b', 'image/webp', 1, 1, 1, null)`,
    [...files, accountId, card.jobCardId],
  )
  const { data } = await stack.call<{ kept: Record<string, Record<string, unknown>[]> }>(
    `GET /personal-data/customer-vehicle/${id}`,
    { as: kiran },
  )
  const shown = (table: string) => data.kept[table] ?? []
  const photo = made.vehicles[0]?.['photoFileId']
  expect(shown('file').map((file) => file['id'])).toEqual([photo, files[1], files[0]])
  expect(shown('registration').map((row) => row['id'])).toContain(form.registrationId)
  expect(shown('registration')).toHaveLength(2)
  const opened = shown('registration').find((row) => row['id'] === form.registrationId)
  expect(opened?.['form']).toMatchObject({ customer: { city: 'Khed' } })
})

test('an export leaves the connections of the others alone', async () => {
  const { id } = await registered()
  let [held, most] = [0, 0]
  const take = () => (most = Math.max(most, (held += 1)))
  const give = () => (held -= 1)
  stack.pool.on('acquire', take).on('release', give)
  const { status } = await stack.call(`GET /personal-data/customer-vehicle/${id}`, { as: kiran })
  stack.pool.off('acquire', take).off('release', give)
  expect(status).toBe(200)
  // Something else may ask at the same time.
  expect(most).toBeLessThan(5)
})

testPersonalTables(customerVehicle, personalTables, () => stack, {
  service_center: 'centers',
  reference_counter: 'counts',
  vehicle_brand: 'the list of brands',
  vehicle_brand_name: 'the list of brands',
})
