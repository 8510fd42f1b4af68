import { isDeepStrictEqual } from 'node:util'
import { eventually } from '@forecourt/testing/eventually'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { countAnew, dashboardOf, ledgersOf } from './dashboards.ts'
import { startLocalStack, type LocalStack } from './local-stack.ts'
import { operations } from './operations.ts'
import { nounOf, toldByOutsider } from './outsider.ts'
import { codeFor, openAccount, submit, type Registered } from './registering.ts'
import { leaksAt, pictureOf, type Stranger } from './strangers.ts'
import { gatherTraces, openable, seenBy, type Traces } from './traces.ts'

const ZONE = 'Asia/Kolkata'
/** The day on which the visit begins. */
const day = Temporal.Now.plainDateISO(ZONE)

let stack: LocalStack
const tokens: Record<string, string> = {}
beforeAll(async () => {
  stack = await startLocalStack()
  for (const name of ['admin', 'manager', 'advisor', 'technician', 'inventory']) {
    tokens[name] = await stack.login(`${name}@forecourt.test`)
  }
}, 180_000)
afterAll(async () => {
  await stack?.stop()
})

interface Thing {
  id: string
  status: string
  [field: string]: unknown
}

async function as<Data = Thing>(who: string, signature: string, body?: object): Promise<Data> {
  const asked = { token: tokens[who] ?? '', ...(body && { body }) }
  const { data, status, text } = await stack.call<Data>(signature as 'GET /x', asked)
  if (status >= 300) throw new Error(`${who}: ${signature} was answered ${status}: ${text}`)
  return data
}

const phone = '+919822012345'
let registered: Registered
let registrationId = ''

async function register(): Promise<Registered> {
  const { data } = await submit(stack, '98220 12345', ['MH12VS0001'])
  const otp = await codeFor(stack, phone)
  registrationId = data.registrationId
  const path = `POST /registrations/${registrationId}/verify` as const
  return (await stack.call<Registered>(path, { body: { otp } })).data
}

async function centerOfPune(): Promise<string> {
  const centers = await as<(Thing & { code: string })[]>('admin', 'GET /admin/service-centers')
  const pune = centers.find(({ code }) => code === 'PUN')
  if (!pune) throw new Error('There is no center in Pune.')
  return pune.id
}

let item: Thing
let card: Thing
let invoice: Thing

test('stock is added by who keeps it, and corrected at a center', async () => {
  const serviceCenterId = await centerOfPune()
  item = await as('inventory', 'POST /inventory/items', {
    itemCode: 'BRK-PAD-01',
    name: 'Brake pad',
    category: 'spare_part',
    unit: 'set',
    unitPrice: 1_180.5,
    costPrice: 700,
    reorderPoint: 2,
    hsnCode: '87083000',
    taxRate: 18,
  })
  const adjusted = await as('inventory', 'POST /inventory/adjustments', {
    itemId: item.id,
    serviceCenterId,
    quantity: 5,
    reason: 'First delivery',
  })
  expect(adjusted).toMatchObject({ currentStock: 5, available: 5 })
})

test('work is asked for in the second of the registration, approved, and put on a card', async () => {
  registered = await register()
  const request = await as('advisor', 'POST /workshop/service-requests', {
    customerId: registered.customer.id,
    vehicleId: registered.vehicles[0]?.id,
    serviceType: 'repair',
    description: 'Brakes squeal',
  })
  await as('manager', `PUT /workshop/service-requests/${request.id}/approve`, {})
  card = await as('advisor', 'POST /workshop/job-cards', {
    serviceRequestId: request.id,
    services: [{ serviceType: 'repair', description: 'Brake service', price: 1_500 }],
  })
  const path = `/workshop/job-cards/${card.id}`
  await as('technician', `PUT ${path}/pre-inspection`, { odometerReading: 45_210, fuelLevel: 60 })
  const technician = await eventually('a technician in the workshop', async () => {
    const engineers = await as<(Thing & { role: string })[]>('manager', 'GET /workshop/engineers')
    return engineers.find(({ role }) => role === 'technician')
  })
  await as('manager', `PUT ${path}/assign`, { assignedEngineer: technician.id })
  expect(await as('technician', `PUT ${path}/start`)).toMatchObject({ status: 'in_progress' })
})

test('parts are reserved and used, and leave stock with the completion', async () => {
  const path = `/workshop/job-cards/${card.id}`
  await eventually('the item in the workshop', async () => {
    const body = { items: [{ itemId: item.id, quantity: 2 }] }
    const asked = { token: tokens['technician'] ?? '', body }
    const wish = `PUT /workshop/job-cards/${card.id}/parts-request` as const
    return (await stack.call(wish, asked)).status === 200
  })
  await eventually('reserved parts', async () => {
    const parts = await as<Thing[]>('technician', `GET ${path}/parts-required`)
    return parts.length === 1 && parts[0]?.status === 'reserved'
  })
  await as('technician', `PUT ${path}/complete`, {})
  const left = await eventually('stock that left', async () => {
    const now = await as('manager', `GET /inventory/items/${item.id}`)
    return now['currentStock'] === 3 && now
  })
  expect(left).toMatchObject({ reserved: 0, available: 3 })
})

test('the job is billed once, numbered at issue, paid in two parts, and delivered', async () => {
  const path = `/workshop/job-cards/${card.id}`
  invoice = await eventually('a draft of the invoice', async () => {
    const drafts = await as<Thing[]>('manager', `GET /invoices?filter[jobCardId]=${card.id}`)
    return drafts[0]
  })
  const issued = await as('manager', `PUT /invoices/${invoice.id}/finalize`, {})
  // 1,500 and 2 × 1,180.50, with 18 % on each.
  expect(issued).toMatchObject({ status: 'sent', subtotal: 3_861, totalAmount: 4_555.98 })
  expect(String(issued['invoiceNumber'])).toMatch(/^PUN\/\d\d-\d\d\/\d{6}$/)
  const pay = (who: string, amount: number, paymentMethod: string) =>
    as(who, `POST /invoices/${invoice.id}/payments`, { amount, paymentMethod })
  await pay('manager', 555.98, 'cash')
  await pay('technician', 4_000, 'upi')
  await as('advisor', `PUT ${path}/deliver`)
  const paid = await eventually('a card that is paid', async () => {
    const now = await as('technician', `GET ${path}`)
    return now['paymentStatus'] === 'paid' && now
  })
  expect(paid).toMatchObject({ status: 'delivered', invoiceId: invoice.id })
})

test('dashboards show what the ledgers say, and a count that is made anew shows the same', async ({
  skip,
}) => {
  const soon = Temporal.Now.zonedDateTimeISO(ZONE).add({ minutes: 1 }).toPlainDate()
  skip(!soon.equals(day), 'Midnight falls between the visit and its figures of today.')
  const ledgers = await ledgersOf(as, day.toString())
  expect(ledgers).toMatchObject({ revenue_today: 4_555.98, service_requests_completed: 1 })
  const followed = () => dashboardOf(as, 'manager')
  await expect.poll(followed).toMatchObject(ledgers)
  const own = { assigned_job_cards: 0, completed_today: 1, pending_work: 0, parts_required: 0 }
  await expect.poll(() => dashboardOf(as, 'technician')).toEqual(own)
  const all = await dashboardOf(as, 'admin')
  expect(all).toMatchObject({ total_active_vehicles: 1, revenue_month: 4_555.98 })
  expect(await countAnew(stack)).toContain('figures is served from generation 2')
  expect(await followed()).toMatchObject(ledgers)
  expect(await dashboardOf(as, 'technician')).toEqual(own)
  expect(await dashboardOf(as, 'admin')).toEqual(all)
})

test("the vehicle's history and its components show the visit", async () => {
  const path = `/vehicles/${registered.vehicles[0]?.id}`
  const visit = await eventually('the visit with its invoice', async () => {
    const [newest] = await as<Thing[]>('advisor', `GET ${path}/history`)
    return newest?.status === 'delivered' && newest['invoiceNumber'] ? newest : undefined
  })
  expect(visit).toMatchObject({
    ...{ id: card.id, odometerReading: 45_210, totalAmount: 4_555.98 },
    partsUsed: [{ itemName: 'Brake pad', quantity: 2 }],
  })
  const brakes = await eventually('the work on the brakes', async () => {
    const { components } = await as<{ components: (Thing & { serviceHistory: unknown[] })[] }>(
      'technician',
      `GET ${path}/graphical`,
    )
    return components.find(({ id, serviceHistory }) => id === 'brakes' && serviceHistory.length > 0)
  })
  expect(brakes).toMatchObject({
    ...{ status: 'healthy', serviceHistory: [{ jobCardId: card.id, cost: 1_500 }] },
  })
  await eventually('a vehicle that has left', async () => {
    return (await as('advisor', `GET ${path}`)).status === 'active'
  })
})

test('those whom it concerns were told, in the application and by message', async () => {
  const told = async (who: string) => {
    const rows = await as<{ title: string; category: string }[]>(who, 'GET /notifications')
    return rows.map(({ category }) => category)
  }
  await expect.poll(() => told('manager')).toEqual(expect.arrayContaining(['request', 'job_card']))
  await expect.poll(() => told('technician')).toContain('job_card')
  const invoiceMail = await stack.message('c9822012345@example.com', ({ subject }) =>
    Boolean(subject?.includes('PUN/')),
  )
  expect(invoiceMail.channel).toBe('email')
})

test('another company follows the visit from the public topics alone, in order', async () => {
  const chapters = [
    'customer-vehicle.registration.opened',
    'customer-vehicle.registration.verified',
    'workshop.service-request.opened',
    'workshop.service-request.approved',
    'workshop.job-card.created',
    'workshop.job-card.inspected',
    'workshop.job-card.assigned',
    'workshop.job-card.started',
    'workshop.parts-request.requested',
    'inventory.reservation.placed',
    'workshop.job-card.completed',
    'billing.invoice.drafted',
    'billing.invoice.issued',
    'billing.payment.received',
    'workshop.job-card.delivered',
  ]
  const told = await toldByOutsider(stack, registered.vehicles[0]?.id ?? '')
  const types = new Set(told.map(({ type }) => type))
  expect([...types].filter((type) => chapters.includes(type))).toEqual(chapters)
  expect(told.filter(({ type }) => type === 'billing.payment.received')).toHaveLength(2)
  // The store confirms while the technician goes on, so only its own story has that in order.
  const ofStore = told.filter(({ type }) => nounOf(type) === 'inventory.reservation')
  const inStore = ofStore.map(({ type }) => type.replace('inventory.reservation.', ''))
  expect(inStore).toEqual(['placed', 'confirmed', 'issued'])
  for (const ofOne of Map.groupBy(told, ({ key, type }) => key + nounOf(type)).values()) {
    expect(ofOne.map(({ sequence }) => sequence)).toEqual(ofOne.map((_, index) => index + 1))
  }
  const vehicle = told.find(({ type }) => type === 'customer-vehicle.vehicle.registered')
  expect(vehicle?.key).toBe(registered.vehicles[0]?.id)
  // Beginning with the job card, it finds the same visit, without what came before.
  const ofCard = await toldByOutsider(stack, card.id)
  expect(ofCard[0]?.type).toBe('workshop.service-request.opened')
  expect(ofCard.map(({ key }) => key)).toEqual(expect.arrayContaining([card.id, invoice.id]))
})

test('the customer opens an account, follows the visit, and asks for the next one', async () => {
  const { id, token } = await openAccount(stack, {
    name: 'Rahul Deshpande',
    email: 'c9822012345@example.com',
    phone,
  })
  tokens['customer'] = token
  await eventually('the customer behind the account', async () => {
    return (await stack.call(`GET /customers/${id}`, { token })).status === 200
  })
  const { customer, vehicles } = registered
  expect(await as('customer', `GET /customers/${id}`)).toMatchObject({ id: customer.id })
  await eventually('the account in the workshop and in billing', async () => {
    const cards = await as<Thing[]>('customer', 'GET /workshop/job-cards')
    const invoices = await as<Thing[]>('customer', 'GET /invoices')
    return cards[0]?.id === card.id && invoices[0]?.id === invoice.id
  })
  expect(await as('customer', `GET /workshop/job-cards/${card.id}`)).toMatchObject({
    ...{ status: 'delivered', paymentStatus: 'paid', available: [] },
    partsUsed: [{ itemName: 'Brake pad', quantity: 2 }],
  })
  const request = await as('customer', 'POST /workshop/service-requests', {
    customerId: id,
    vehicleId: vehicles[0]?.id,
    description: 'The next service',
  })
  expect(request).toMatchObject({ status: 'pending', available: ['cancel'] })
  const path = `PUT /workshop/service-requests/${request.id}/cancel`
  const cancelled = await as('customer', path, { reason: 'I sell the car' })
  expect(cancelled).toMatchObject({ status: 'cancelled' })
})

/** What a visit that is over does not have: more work proposed, an alert, a purchase request. */
async function leaveMoreOpen(): Promise<void> {
  const { customerId, vehicleId } = card
  const request = await as('advisor', 'POST /workshop/service-requests', { customerId, vehicleId })
  await as('manager', `PUT /workshop/service-requests/${request.id}/approve`, {})
  const body = { serviceRequestId: request.id }
  const { id } = await as('advisor', 'POST /workshop/job-cards', body)
  const path = `/workshop/job-cards/${id}`
  await as('technician', `PUT ${path}/pre-inspection`, { odometerReading: 45_300 })
  const assignedEngineer = (await as('technician', 'GET /auth/me')).id
  await as('manager', `PUT ${path}/assign`, { assignedEngineer })
  await as('technician', `PUT ${path}/start`)
  const additionalServices = [{ description: 'New hose', cost: 900 }]
  await as('technician', `PUT ${path}/additional-services`, { additionalServices })
  await as('technician', `PUT ${path}`, { engineerNotes: 'Haggles over each rupee' })
  const serviceCenterId = await centerOfPune()
  const counted = { itemId: item.id, serviceCenterId, quantity: -2, reason: 'Two were broken' }
  await as('inventory', 'POST /inventory/adjustments', counted)
  await eventually('a purchase request', async () => {
    const rows = await as<Thing[]>('inventory', 'GET /inventory/purchase-requests')
    return rows.length > 0
  })
  await eventually('the new card in the history of its vehicle', async () => {
    const [newest] = await as<Thing[]>('advisor', `GET /vehicles/${String(vehicleId)}/history`)
    return newest?.id === id && newest.status === 'waiting_customer_approval'
  })
}

describe('whoever has no part in the visit sees and changes none of it', () => {
  const owners = () => ['manager', 'technician', 'inventory'].map((name) => tokens[name] ?? '')
  const strangers: Stranger[] = [{ name: 'nobody' }]
  let traces: Traces
  let before: string[] = []
  beforeAll(async () => {
    for (const name of ['manager', 'advisor', 'technician', 'engineer', 'inventory']) {
      const token = await stack.login(`${name}.mum@forecourt.test`)
      strangers.push({ name: `${name} of Mumbai`, token })
    }
    const farah = { name: 'Farah Khan', email: 'farah@example.com', phone: '+919822054321' }
    strangers.push({ name: 'another customer', token: (await openAccount(stack, farah)).token })
    await leaveMoreOpen()
    traces = await gatherTraces(stack, owners(), {
      ids: {
        '/registrations': [registrationId],
        serviceCenterId: [await centerOfPune()],
        managerId: [(await as('manager', 'GET /auth/me')).id],
        '/vehicles': registered.vehicles.map(({ id }) => id),
      },
      words: ['9822012345', 'MH12VS0001', 'Rahul', 'Law College', '4555.98'],
    })
    // What was done above may still be on its way to whoever shows it.
    await eventually(
      'a picture that stays as it is',
      async () => {
        const former = before
        before = await pictureOf(stack, owners(), traces)
        return isDeepStrictEqual(before, former)
      },
      60_000,
    )
  }, 300_000)

  test('the sweep knows the visit, and sees a leak where there is one', async () => {
    const known = [card.id, card['jobCardNumber'], invoice.id, registered.customer.id]
    expect([...traces.secrets]).toEqual(expect.arrayContaining(known))
    const everybody = operations.find(({ path }) => path === '/customers/{id}')
    if (!everybody) throw new Error('There is no operation that shows a customer.')
    const insider = { name: 'manager of Pune', token: tokens['manager'] ?? '' }
    expect(await leaksAt(stack, everybody, traces, insider)).not.toEqual([])
  })

  test('its customer is shown what is theirs, and nothing that staff keeps for itself', async () => {
    const token = tokens['customer'] ?? ''
    const lists = ['/customers', '/vehicles', '/workshop/job-cards', '/invoices']
    const seen = await seenBy(stack, [token], [...lists, ...openable(traces)])
    const shown = seen.map(({ path }) => path)
    const [vehicle] = registered.vehicles
    expect(shown).toEqual(
      expect.arrayContaining([
        ...lists,
        ...[`/customers/${registered.customer.id}`, `/vehicles/${vehicle?.id}`],
        ...[`/vehicles/${vehicle?.id}/history`, `/vehicles/${vehicle?.id}/graphical`],
        ...[`/workshop/job-cards/${card.id}`, `/invoices/${invoice.id}`],
        `/invoices/${invoice.id}/payments`,
      ]),
    )
    expect(shown.filter((path) => /parts-required|engineers|inventory|admin/.test(path))).toEqual(
      [],
    )
    const staffOnly = ['Haggles', 'reorderPoint', 'costPrice']
    const told = seen.filter(({ text }) => staffOnly.some((word) => text.includes(word)))
    expect(told).toEqual([])
  })

  for (const operation of operations) {
    test(`${operation.method} ${operation.path}`, async () => {
      const leaks = strangers.map((stranger) => leaksAt(stack, operation, traces, stranger))
      expect((await Promise.all(leaks)).flat()).toEqual([])
    })
  }

  test('the figures of a center without visits are nought', async () => {
    const [, manager] = strangers
    const asked = { token: manager?.token ?? '' }
    const { data } = await stack.call('GET /invoices/reports/summary', asked)
    expect(
      Object.values(data).filter((figure) => typeof figure === 'number' && figure !== 0),
    ).toEqual([])
    const { kpis } = (await stack.call<{ kpis: { value: number }[] }>('GET /dashboard', asked)).data
    expect(kpis.filter(({ value }) => value !== 0)).toEqual([])
  })

  test('everything is as it was before they tried', async () => {
    expect(await pictureOf(stack, owners(), traces)).toEqual(before)
  })
})
