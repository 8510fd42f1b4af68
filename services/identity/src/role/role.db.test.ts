import { allPermissions } from '@forecourt/contracts/permissions'
import { startingRoles } from '@forecourt/contracts/roles'
import { readConfig } from '@forecourt/platform/config'
import { eventually } from '@forecourt/testing/eventually'
import { claimsIn, managing, signIn, type SignedIn } from '@forecourt/testing/managing'
import { ownKeys } from '@forecourt/testing/own-keys'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seed, SeedConfig } from '../seed.ts'
import { identity } from '../service.ts'

let stack: Stack
let kiran: SignedIn
let priya: SignedIn
beforeAll(async () => {
  stack = await openStack(identity, { ...(await ownKeys()), BCRYPT_ROUNDS: '4' })
  await seed(readConfig(SeedConfig, { ...stack.env, FORECOURT_SEED: 'development' }).config)
  kiran = await signIn(stack.call, 'admin@forecourt.test')
  priya = await signIn(stack.call, 'manager@forecourt.test')
})
afterAll(() => stack?.close())

const { newPerson, open } = managing(() => stack.call)

interface Role {
  id: string
  name: string
  permissions: string[]
  version: number
}

const define = (by: SignedIn, body: object) =>
  stack.call<Role>('POST /admin/roles', { token: by.accessToken, body })

const change = (by: SignedIn, id: string, body: object, headers = {}) =>
  stack.call<Role>(`PUT /admin/roles/${id}`, { token: by.accessToken, body, headers })

let names = 0
/** A role that no other test knows. */
async function defined(permissions: string[]): Promise<Role> {
  names += 1
  const name = `desk_${names}`
  const { data, text } = await define(kiran, { name, description: 'At the desk', permissions })
  if (!data) throw new Error(text)
  return data
}

async function named(name: string): Promise<Role> {
  const { data } = await stack.call<Role[]>('GET /admin/roles', {
    token: kiran.accessToken,
    query: { limit: '100' },
  })
  const role = data.find((one) => one.name === name)
  if (!role) throw new Error(`There is no role ${name}.`)
  return role
}

/** Somebody at the center of Priya, in a role of the test. */
async function holder(role: string): Promise<SignedIn> {
  const [serviceCenterId] = priya.user.serviceCenterIds
  const person = await newPerson(kiran, { role, serviceCenterId })
  return signIn(stack.call, person.email, person.password)
}

/** Waits until the service knows what the own role allows; it is not below itself. */
async function mayChange(by: SignedIn, role: Role): Promise<void> {
  await eventually('the own role', async () => {
    const { body } = await change(by, role.id, {})
    return body.error?.reason === 'role_not_below'
  })
}

describe('a role that is defined', () => {
  test('is answered, kept, told and audited', async () => {
    const permissions = ['service_center.read', 'user.read']
    const { status, data, headers } = await define(kiran, {
      name: 'front_desk',
      description: 'Receives visitors',
      permissions: permissions.toReversed(),
    })
    expect(status).toBe(201)
    expect(headers.get('etag')).toBe('"1"')
    expect(data).toMatchObject({ name: 'front_desk', permissions, version: 1 })
    const { rows } = await stack.admin.query(`select * from role where name = 'front_desk'`)
    expect(rows).toMatchObject([{ id: data.id, permissions, offered_permissions: [] }])
    const told = await stack.topics.next(
      'identity.role.defined.v1',
      ({ key }) => key === 'front_desk',
    )
    expect(told.data).toEqual({ role: 'front_desk', permissions })
    const line = await stack.topics.next('identity.audit.recorded.v1', ({ data: line }) => {
      const { entityId } = line as { entityId: string }
      return entityId === data.id
    })
    expect(line.data).toMatchObject({ action: 'POST /admin/roles', entity: 'role' })
  })

  test('is given to somebody, who may do what it allows and nothing else', async () => {
    const role = await defined(['user.read'])
    const sunil = await holder(role.name)
    expect(claimsIn(sunil)['roles']).toEqual([role.name])
    const accounts = () => stack.call('GET /admin/users', { token: sunil.accessToken })
    await expect.poll(async () => (await accounts()).status).toBe(200)
    const centers = await stack.call('GET /admin/service-centers', { token: sunil.accessToken })
    expect(centers.status).toBe(403)

    await change(kiran, role.id, { permissions: ['service_center.read'] })
    await expect.poll(async () => (await accounts()).status).toBe(403)
    const seen = await stack.call('GET /admin/service-centers', { token: sunil.accessToken })
    expect(seen.body.pagination?.total).toBe(1)
  })

  test.each([
    ['a permission that is none', { permissions: ['moon.visit'] }],
    ['a name that is none', { name: 'Front desk' }],
    ['no purpose', { description: ' ' }],
  ])('is refused with %s', async (_, fault) => {
    const fit = { name: 'fit', description: 'Fits', permissions: [] }
    expect((await define(kiran, { ...fit, ...fault })).status).toBe(422)
  })

  test('has a name of its own, also when two define it at one moment', async () => {
    const body = { name: 'twins', description: 'Two at once', permissions: [] }
    const answers = await Promise.all(Array.from({ length: 8 }, () => define(kiran, body)))
    const tally = Map.groupBy(answers, ({ status }) => status)
    expect([tally.get(201)?.length, tally.get(409)?.length]).toEqual([1, 7])
    expect(tally.get(409)?.[0]?.body.error?.reason).toBe('role_name_taken')
  })
})

describe('a role that is changed', () => {
  test('is changed once of those who saw the same version', async () => {
    const role = await defined(['user.read'])
    const headers = { 'if-match': `"${role.version}"` }
    const answers = await Promise.all(
      ['item.read', 'invoice.read', 'customer.read'].map((permission) =>
        change(kiran, role.id, { permissions: [permission] }, headers),
      ),
    )
    const tally = Map.groupBy(answers, ({ status }) => status)
    expect([tally.get(200)?.length, tally.get(412)?.length]).toEqual([1, 2])
  })

  test('keeps what the body leaves out', async () => {
    const role = await defined(['user.read'])
    const { data, headers } = await change(kiran, role.id, { description: 'Something else' })
    expect(data).toMatchObject({ permissions: ['user.read'], description: 'Something else' })
    expect(headers.get('etag')).toBe('"2"')
  })

  test('leaves administrators all they have, so that nobody locks them out', async () => {
    const admin = await named('admin')
    const { status, body } = await change(kiran, admin.id, {
      permissions: allPermissions.filter((permission) => permission !== 'role.update'),
    })
    expect([status, body.error?.reason]).toEqual([409, 'administrators_keep_all'])
    expect((await change(kiran, admin.id, { description: 'Runs it' })).status).toBe(200)
    expect((await change(kiran, admin.id, { permissions: allPermissions })).status).toBe(200)
  })

  test('gives customers no right of staff', async () => {
    const customers = await named('mobile_user')
    const { status, body } = await change(kiran, customers.id, {
      permissions: [...startingRoles.mobile_user, 'payment.create'],
    })
    expect([status, body.error?.reason]).toEqual([409, 'permission_not_for_customers'])
    expect(body.error?.details).toEqual({ permissions: 'payment.create' })
    const fewer = await change(kiran, customers.id, { permissions: ['job_card.read'] })
    expect(fewer.status).toBe(200)
  })
})

describe('somebody who may change roles and is no administrator', () => {
  const mine = ['role.create', 'role.update', 'user.read']
  let tara: SignedIn
  beforeAll(async () => {
    const role = await defined(mine)
    tara = await holder(role.name)
    await mayChange(tara, role)
  })

  test('gives nobody what they do not have', async () => {
    const body = { name: 'more', description: 'More', permissions: ['user.read', 'item.read'] }
    const { status, body: answer } = await define(tara, body)
    expect([status, answer.error?.reason]).toEqual([403, 'permission_not_yours'])
    expect(answer.error?.message).toContain('item.read')
    const role = await defined(['user.read'])
    const raised = await change(tara, role.id, { permissions: ['item.read'] })
    expect(raised.body.error?.reason).toBe('permission_not_yours')
  })

  test('touches roles below the own one alone', async () => {
    const same = await define(tara, { name: 'same', description: 'As I', permissions: mine })
    expect(same.body.error?.reason).toBe('role_not_below')
    const manager = await named('service_center')
    const cut = await change(tara, manager.id, { permissions: [] })
    expect(cut.body.error?.reason).toBe('role_not_below')
    const below = await define(tara, {
      name: 'less',
      description: 'Less',
      permissions: mine.slice(1),
    })
    expect(below.status).toBe(201)
  })

  test('gives no longer what was taken a moment ago, whatever the services still believe', async () => {
    const role = await defined([...mine, 'invoice.read'])
    const nikhil = await holder(role.name)
    await mayChange(nikhil, role)
    await change(kiran, role.id, { permissions: mine })
    const body = { name: 'late', description: 'Late', permissions: ['invoice.read'] }
    const given = await define(nikhil, body)
    expect(given.body.error?.reason).toBe('permission_not_yours')
  })
})

test('a manager sees the roles, and changes none', async () => {
  const { status, data } = await stack.call<Role[]>('GET /admin/roles', {
    token: priya.accessToken,
    query: { search: 'advis' },
  })
  expect(status).toBe(200)
  expect(data.map(({ name }) => name)).toEqual(['advisor'])
  const refused = await change(priya, data[0]?.id ?? '', { permissions: [] })
  expect(refused.status).toBe(403)
  const [serviceCenterId] = priya.user.serviceCenterIds
  const outOfReach = await open(priya, { role: 'inventory_manager', serviceCenterId })
  expect(outOfReach.body.error?.reason).toBe('role_not_below')
})
