import { randomUUIDv7 } from 'node:crypto'
import { asha, headOffice, kiran, meera, mumbai, pune } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { identity } from '../service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(identity)
  await stack.admin.query(
    `insert into service_center (id, code, name, city, state, is_head_office) values
       ($1, 'PUN', 'Forecourt Pune', 'Pune', 'Maharashtra', false),
       ($2, 'MUM', 'Forecourt Mumbai', 'Mumbai', 'Maharashtra', false),
       ($3, 'HO', 'Forecourt Head Office', 'Pune', 'Maharashtra', true)`,
    [pune, mumbai, headOffice],
  )
})
afterAll(() => stack?.close())

const nashik = { code: 'NSK', name: 'Forecourt Nashik', city: 'Nashik', state: 'Maharashtra' }

function openCenter(body: object) {
  return stack.call<Center>('POST /admin/service-centers', { as: kiran, body })
}

interface Center {
  id: string
  version: number
  pinPrefixes: string[]
}

async function zone(id: string): Promise<string[]> {
  const { rows } = await stack.admin.query(
    'select pin_prefix from service_center_zone where service_center_id = $1 order by 1',
    [id],
  )
  return rows.map((row) => row.pin_prefix)
}

describe('a center that is opened', () => {
  test('is answered, kept, told and audited', async () => {
    const { status, data, headers } = await openCenter({
      ...nashik,
      pinCode: '422001',
      pinPrefixes: ['422'],
    })
    expect(status).toBe(201)
    expect(headers.get('etag')).toBe('"1"')
    expect(data).toMatchObject({
      ...nashik,
      pinPrefixes: ['422'],
      version: 1,
      address: { city: 'Nashik', state: 'Maharashtra', zipCode: '422001', country: 'IN' },
    })

    const { rows } = await stack.admin.query('select * from service_center where code = $1', [
      'NSK',
    ])
    expect(rows[0]).toMatchObject({ id: data.id, is_active: true, is_head_office: false })

    const told = await stack.topics.next('identity.service-center.opened.v1')
    expect(told.key).toBe(data.id)
    expect(told.headers).toMatchObject({ ce_sequence: '1', ce_source: 'forecourt/identity' })
    expect(told.data).toMatchObject({ code: 'NSK', pinPrefixes: ['422'] })

    const line = await stack.topics.next('identity.audit.recorded.v1')
    expect(line.data).toMatchObject({
      userId: kiran.userId,
      action: 'POST /admin/service-centers',
      entityId: data.id,
      outcome: 'done',
    })
  })

  test('has a code that no other has, though eight are opened at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, number) =>
        openCenter({ ...nashik, code: 'AGR', name: `Agra ${number}` }),
      ),
    )
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201,
      ...Array.from({ length: 7 }, () => 409),
    ])
    const refused = answers.find(({ status }) => status === 409)
    expect(refused?.body.error).toMatchObject({ reason: 'center_code_taken' })
  })

  test('once, although the request is repeated with its key', async () => {
    const asked = {
      as: kiran,
      body: { ...nashik, code: 'SUR' },
      headers: { 'idempotency-key': 'open-surat-once-only' },
    }
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => stack.call('POST /admin/service-centers', asked)),
    )
    expect(new Set(answers.map(({ data }) => data.id)).size).toBe(1)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
  })

  test('is none of an advisor, whose attempt is audited', async () => {
    const { status, body } = await stack.call('POST /admin/service-centers', {
      as: asha,
      body: nashik,
    })
    expect(status).toBe(403)
    expect(body.error).toMatchObject({ code: 'AUTH_003', reason: 'permission_missing' })
    const line = await stack.topics.next(
      'identity.audit.recorded.v1',
      ({ data }) => data?.['outcome'] === 'refused' && data['userId'] === asha.userId,
    )
    expect(line.data).toMatchObject({ reason: 'permission_missing' })
  })
})

describe('a PIN prefix', () => {
  test('belongs to one center, though six want it at once and name it in every order', async () => {
    const prefixes = ['500', '501', '502', '503', '504', '505']
    const answers = await Promise.all(
      prefixes.map((_, turn) =>
        openCenter({
          ...nashik,
          code: `H${turn + 1}`,
          pinPrefixes: [...prefixes.slice(turn), ...prefixes.slice(0, turn)],
        }),
      ),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    for (const { status, body } of answers.filter(({ status: got }) => got !== 201)) {
      expect(status).toBe(409)
      expect(body.error).toMatchObject({ reason: 'pin_prefix_taken' })
    }
    const { rows } = await stack.admin.query(
      `select count(distinct service_center_id)::int as centers, count(*)::int as prefixes
         from service_center_zone where pin_prefix like '50_'`,
    )
    expect(rows[0]).toEqual({ centers: 1, prefixes: 6 })
  })

  test('that is taken leaves nothing of the center that wanted it', async () => {
    await openCenter({ ...nashik, code: 'IND', pinPrefixes: ['452'] })
    const refused = await openCenter({ ...nashik, code: 'BHO', pinPrefixes: ['462', '452'] })
    expect(refused.status).toBe(409)
    expect(refused.body.error?.message).toContain('452')
    const { rowCount } = await stack.admin.query(`select from service_center where code = 'BHO'`)
    expect(rowCount).toBe(0)
  })

  test('moves to another center when the first one lets it go', async () => {
    const kochi = await openCenter({ ...nashik, code: 'KOC', pinPrefixes: ['682', '683'] })
    const trichur = await openCenter({ ...nashik, code: 'TRI', pinPrefixes: ['680'] })
    await stack.call(`PUT /admin/service-centers/${kochi.data.id}`, {
      as: kiran,
      body: { pinPrefixes: ['682'] },
    })
    const { status } = await stack.call(`PUT /admin/service-centers/${trichur.data.id}`, {
      as: kiran,
      body: { pinPrefixes: ['680', '683'] },
    })
    expect(status).toBe(200)
    expect(await zone(kochi.data.id)).toEqual(['682'])
    expect(await zone(trichur.data.id)).toEqual(['680', '683'])
  })
})

describe('a center that is changed', () => {
  test('keeps what is not named, clears what is null, and tells its whole state', async () => {
    const { data } = await openCenter({
      ...nashik,
      code: 'JAI',
      gstin: '27AAPFU0939F1ZV',
      pinPrefixes: ['302'],
    })
    const { status, data: after } = await stack.call(`PUT /admin/service-centers/${data.id}`, {
      as: kiran,
      body: { gstin: null, isActive: false, address: { city: 'Jaipur' } },
    })
    expect(status).toBe(200)
    expect(after).toMatchObject({
      city: 'Jaipur',
      state: 'Maharashtra',
      gstin: null,
      isActive: false,
      pinPrefixes: ['302'],
      version: 2,
    })
    const told = await stack.topics.next(
      'identity.service-center.changed.v1',
      ({ key }) => key === data.id,
    )
    expect(told.headers).toMatchObject({ ce_sequence: '2' })
    expect(told.data).toMatchObject({ code: 'JAI', gstin: null, pinPrefixes: ['302'] })
    const line = await stack.topics.next(
      'identity.audit.recorded.v1',
      ({ data: told2 }) => told2?.['entityId'] === data.id && told2['before'] !== null,
    )
    expect(line.data).toMatchObject({ before: { version: 1 }, after: { version: 2 } })
  })

  test('is run by somebody of the staff, and by nobody who is not', async () => {
    const { data } = await openCenter({ ...nashik, code: 'BHJ', pinPrefixes: [] })
    expect(data).toMatchObject({ managerId: null, isActive: true })
    const managerId = randomUUIDv7()
    const change = (id: string) =>
      stack.call(`PUT /admin/service-centers/${data.id}`, { as: kiran, body: { managerId: id } })
    expect((await change(managerId)).body.errors).toEqual({
      managerId: ['Choose somebody who works here'],
    })
    await stack.admin.query(
      `insert into role (id, name, description, permissions, offered_permissions)
       values (gen_random_uuid(), 'service_center', 'Runs a center.', '{}', '{}')`,
    )
    await stack.admin.query(
      `insert into "user" (id, email, email_index, full_name, role, status)
       values ($1, 'sealed', $2, 'sealed', 'service_center', 'active')`,
      [managerId, managerId],
    )
    expect((await change(managerId)).data).toMatchObject({ managerId })
  })

  test('keeps its code, which a form may send back', async () => {
    const { data } = await openCenter({ ...nashik, code: 'UDA', pinPrefixes: [] })
    const change = (body: object) =>
      stack.call(`PUT /admin/service-centers/${data.id}`, { as: kiran, body })
    expect((await change({ ...data, city: 'Udaipur' })).data).toMatchObject({
      ...{ city: 'Udaipur', code: 'UDA' },
    })
    const { status, body } = await change({ code: 'ZZZ' })
    expect([status, Object.keys(body.errors ?? {})]).toEqual([422, ['code']])
  })

  test('may be opened before it takes work', async () => {
    const { data } = await openCenter({ ...nashik, code: 'KOT', pinPrefixes: [], isActive: false })
    expect(data).toMatchObject({ isActive: false })
  })

  test('by two people who read the same version changes once', async () => {
    const { data } = await openCenter({ ...nashik, code: 'UDR' })
    const change = (name: string) =>
      stack.call(`PUT /admin/service-centers/${data.id}`, {
        as: kiran,
        body: { name },
        headers: { 'if-match': '"1"' },
      })
    const statuses = (await Promise.all([change('One'), change('Other')])).map((it) => it.status)
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 412])
  })

  test('twelve times at once raises its version twelve times, and tells of each', async () => {
    const { data } = await openCenter({ ...nashik, code: 'LKO' })
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, number) =>
        stack.call(`PUT /admin/service-centers/${data.id}`, {
          as: kiran,
          body: { name: `Lucknow ${number}` },
        }),
      ),
    )
    const versions = answers.map(({ data: after }) => after.version)
    expect(versions.toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 12 }, (_, number) => number + 2),
    )
    const last = await stack.topics.next(
      'identity.service-center.changed.v1',
      ({ key, headers }) => key === data.id && headers['ce_sequence'] === '13',
    )
    const { rows } = await stack.admin.query('select name from service_center where id = $1', [
      data.id,
    ])
    expect(last.data).toMatchObject({ name: rows[0].name })
  })
})

describe('a manager', () => {
  test('sees the own center and no other', async () => {
    const seen = await stack.call('GET /admin/service-centers', { as: asha })
    expect(seen.body.pagination).toMatchObject({ total: 1 })
    expect(seen.body.data).toEqual([expect.objectContaining({ id: pune, code: 'PUN' })])
    const foreign = await stack.call(`GET /admin/service-centers/${pune}`, { as: meera })
    expect(foreign.status).toBe(404)
    const office = await stack.call(`GET /admin/service-centers/${headOffice}`, { as: meera })
    expect(office.status).toBe(404)
  })
})

test('there is one head office, whatever a program tries', async () => {
  const second = stack.admin.query(
    `insert into service_center (id, code, name, city, state, is_head_office)
     values (gen_random_uuid(), 'HO2', 'Another', 'Pune', 'Maharashtra', true)`,
  )
  await expect(second).rejects.toThrow(/service_center_head_office/)
})
