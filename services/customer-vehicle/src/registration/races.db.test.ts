import { asha, meera } from '@forecourt/testing/people'
import {
  fillForm,
  knowCenters,
  newPhone,
  newPlate,
  submit,
  type Awaited,
  type Verified,
} from '@forecourt/testing/registering'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { customerVehicle } from '../service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(customerVehicle, { APP_DEBUG: 'true' })
  await knowCenters(stack)
})
afterAll(() => stack?.close())
beforeEach(() => stack.redis.flushdb())

interface Presented {
  id: string
  otp: string
  headers?: Record<string, string>
}

/** Staff verify here, because strangers are stopped by their limit after five. */
function verify({ id, otp, headers }: Presented) {
  return stack.call<Verified>(`POST /registrations/${id}/verify`, {
    as: asha,
    body: { otp },
    ...(headers && { headers }),
  })
}

async function awaited(form: Parameters<typeof submit>[1] = {}): Promise<Presented> {
  const { data, text } = await submit(stack, { as: asha, ...form })
  if (!data) throw new Error(`The form was refused: ${text}`)
  return { id: data.registrationId, otp: data.otp_for_testing }
}

/** `{ '201': 1, 'otp_wrong': 3 }` */
function endsOf(answers: { status: number; body: { error?: { reason: string } } }[]) {
  const ends = answers.map(({ status, body }) => body.error?.reason ?? String(status))
  const counted = [...Map.groupBy(ends, (end) => end)].map(([end, all]) => [end, all.length])
  return Object.fromEntries(counted) as Record<string, number>
}

async function count(text: string, values: unknown[]): Promise<number> {
  const { rows } = await stack.admin.query(`select count(*)::int as total from ${text}`, values)
  return (rows[0] as { total: number }).total
}

test('sixteen right codes at once make one customer with one vehicle', async () => {
  const plate = newPlate()
  const presented = await awaited({ plates: [plate] })
  const answers = await Promise.all(Array.from({ length: 16 }, () => verify(presented)))
  const { 201: made, ...late } = endsOf(answers)
  expect(made).toBe(1)
  const politely = new Set([
    'registration_already_verified',
    'otp_wrong',
    'otp_expired',
    'otp_budget_spent',
  ])
  expect(new Set(Object.keys(late)).difference(politely)).toEqual(new Set())
  expect(await count('vehicle where plate = $1', [plate])).toBe(1)
  expect(
    await count('registration where id = $1 and customer_id is not null', [presented.id]),
  ).toBe(1)
  const { data } = answers.find(({ status }) => status === 201) ?? {}
  const isTold = ({ key }: { key: string }) => key === data?.customer.id
  const told = (await stack.told()).filter(isTold)
  expect(told.map(({ type }) => type)).toEqual(['customer-vehicle.customer.registered.v1'])
})

test('fifty wrong guesses at once are three, and staff see that the code is blocked', async () => {
  const { id, otp } = await awaited()
  const wrong = otp === '000000' ? '000001' : '000000'
  const answers = await Promise.all(Array.from({ length: 50 }, () => verify({ id, otp: wrong })))
  const { otp_wrong: compared, ...refused } = endsOf(answers)
  expect(compared).toBe(3)
  // Which of the two stops a guess depends on who comes first.
  const stopped = new Set(['otp_exhausted', 'otp_budget_spent'])
  expect(new Set(Object.keys(refused)).difference(stopped)).toEqual(new Set())
  expect(answers.every(({ status }) => status === 400 || status === 429)).toBe(true)
  const { rows } = await stack.admin.query(
    `select attempts, code_blocked_at is not null as blocked
       from otp join registration on registration.id = otp.subject where subject = $1`,
    [id],
  )
  expect(rows).toEqual([{ attempts: 3, blocked: true }])
  expect((await verify({ id, otp })).body.error?.reason).toBe('otp_exhausted')
})

test('of two people who register one vehicle number at once, one is told why not', async () => {
  for (let round = 0; round < 3; round += 1) {
    const [plate, one, other] = [newPlate(), newPlate(), newPlate()]
    const both = [
      await awaited({ plates: [plate, one] }),
      await awaited({ plates: [other, plate] }),
    ]
    const answers = await Promise.all(both.map(verify))
    expect(endsOf(answers)).toEqual({ '201': 1, vehicle_already_registered: 1 })
    const refused = answers.find(({ status }) => status === 409)
    expect(refused?.body.error?.details).toMatchObject({ plates: plate })
    expect(await count('vehicle where plate = any($1)', [[plate, one, other]])).toBe(2)
    const pending = `registration where id = any($1) and status = 'pending'`
    expect(await count(pending, [both.map(({ id }) => id)])).toBe(1)
  }
})

test('forms with the same vehicle numbers in another order do not lock each other', async () => {
  const plates = [newPlate(), newPlate(), newPlate()]
  const both = [await awaited({ plates }), await awaited({ plates: plates.toReversed() })]
  const answers = await Promise.all(both.map(verify))
  expect(endsOf(answers)).toEqual({ '201': 1, vehicle_already_registered: 1 })
})

test('twenty resends at once send one code', async () => {
  const { id } = await awaited()
  await stack.redis.flushdb()
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      stack.call<Awaited>(`POST /registrations/${id}/resend`, { as: asha }),
    ),
  )
  expect(endsOf(answers)).toEqual({ '200': 1, otp_cooldown: 19 })
  expect(await count('otp where subject = $1', [id])).toBe(2)
  expect(await count('otp where subject = $1 and voided_at is null', [id])).toBe(1)
  const { data } = answers.find(({ status }) => status === 200) ?? {}
  expect((await verify({ id, otp: data?.otp_for_testing ?? '' })).status).toBe(201)
})

test('of two forms for one phone that come at once, one is awaited', async () => {
  const mobileNumber = newPhone()
  const forms = await Promise.all([
    fillForm(stack, { customer: { mobileNumber } }),
    fillForm(stack, { customer: { mobileNumber, fullName: 'Rohan Kale' } }),
  ])
  const answers = await Promise.all(
    [asha, meera].map((as, at) => stack.call('POST /registrations', { as, body: forms[at] })),
  )
  expect(endsOf(answers)).toEqual({ '201': 1, registration_pending: 1 })
  const pressedTwice = await fillForm(stack)
  const twice = await Promise.all(
    [1, 2].map(() => stack.call('POST /registrations', { as: asha, body: pressedTwice })),
  )
  expect(endsOf(twice)).toEqual({ '201': 1, otp_cooldown: 1 })
})

test('reference ids of one prefix have no gap, although some registrations fail', async () => {
  const shared = newPlate('MH31')
  const waiting = await Promise.all(
    Array.from({ length: 12 }, (_, at) =>
      awaited({ plates: at % 4 === 0 ? [newPlate('MH31'), shared] : [newPlate('MH31')] }),
    ),
  )
  const answers = await Promise.all(waiting.map(verify))
  expect(endsOf(answers)).toEqual({ '201': 10, vehicle_already_registered: 2 })
  const ids = answers.flatMap(({ data }) => (data ? [data.customer.referenceId] : []))
  expect(ids.toSorted()).toEqual(
    Array.from({ length: 10 }, (_, at) => `CUST-MH31-${String(at + 1).padStart(6, '0')}`),
  )
})

test('a request that is repeated with its key is answered again, not done again', async () => {
  const presented = { ...(await awaited()), headers: { 'idempotency-key': 'a-key-of-some-length' } }
  const answers = await Promise.all([verify(presented), verify(presented), verify(presented)])
  expect(endsOf(answers)).toEqual({ '201': 3 })
  expect(new Set(answers.map(({ data }) => data.customer.id)).size).toBe(1)
})

test('a fault of the database in the middle costs neither the code nor a try', async () => {
  const presented = await awaited()
  await stack.admin.query(
    `create function fault() returns trigger language plpgsql as $$
       begin raise exception 'the disk is full'; end $$;
     create trigger fault before insert on vehicle for each row execute function fault()`,
  )
  const failed = await verify(presented)
  await stack.admin.query('drop trigger fault on vehicle; drop function fault()')
  expect(failed.status).toBe(500)
  expect(failed.text).not.toContain('disk')
  const { rows } = await stack.admin.query(
    'select attempts, consumed_at from otp where subject = $1',
    [presented.id],
  )
  expect(rows).toEqual([{ attempts: 1, consumed_at: null }])
  expect((await verify(presented)).status).toBe(201)
})
