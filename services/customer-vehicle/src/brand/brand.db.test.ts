import { asha, kiran } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedBrands } from '../seed.ts'
import { customerVehicle } from '../service.ts'

let stack: Stack
beforeAll(async () => (stack = await openStack(customerVehicle)))
afterAll(() => stack?.close())

interface Brand {
  id: string
  code: string
  name: string
  isActive: boolean
}

async function offered(query: Record<string, string> = {}): Promise<Brand[]> {
  return (await stack.call<Brand[]>('GET /reference/vehicle-brands', { query })).data
}

test('everybody is offered all brands, in the order of their names', async () => {
  const brands = await offered()
  const names = brands.map(({ name }) => name)
  expect(names.length).toBeGreaterThan(90)
  expect(names).toEqual(names.toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)))
  expect(brands.find(({ name }) => name === 'Tata')).toMatchObject({ code: 'tata' })
})

test('an administrator adds a brand, once', async () => {
  const body = { name: '  Vayve Mobility ' }
  const { status, data } = await stack.call<Brand>('POST /reference/vehicle-brands', {
    as: kiran,
    body,
  })
  expect(status).toBe(201)
  expect(data).toMatchObject({ code: 'vayve-mobility', name: 'Vayve Mobility', isActive: true })
  for (const name of ['vayve-mobility', 'Vayvé  Mobility', 'maruti', 'TATA MOTORS']) {
    const again = await stack.call('POST /reference/vehicle-brands', { as: kiran, body: { name } })
    expect({ name, status: again.status }).toEqual({ name, status: 409 })
  }
  const refused = await stack.call('POST /reference/vehicle-brands', { as: asha, body })
  expect(refused.status).toBe(403)
})

test('a renamed brand keeps its former name, and a restart changes nothing back', async () => {
  const mg = (await offered()).find(({ code }) => code === 'mg')
  const address = `PUT /reference/vehicle-brands/${mg?.id ?? ''}` as const
  const { data } = await stack.call<Brand>(address, { as: kiran, body: { name: 'JSW MG' } })
  expect(data).toMatchObject({ id: mg?.id, code: 'mg', name: 'JSW MG', isActive: true })
  const taken = await stack.call(address, { as: kiran, body: { name: 'Tata' } })
  expect([taken.status, taken.body.error?.reason]).toEqual([409, 'already_exists'])
  await seedBrands(stack.pool)
  const now = await offered()
  expect(now.filter(({ code }) => code === 'mg')).toEqual([data])
  const { rows } = await stack.admin.query(
    'select name from vehicle_brand_name where vehicle_brand_id = $1 order by name',
    [mg?.id],
  )
  expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(['JSW MG', mg?.name]))
})

test('a retired brand leaves the forms and can come back', async () => {
  const fiat = (await offered()).find(({ code }) => code === 'fiat')
  const address = `PUT /reference/vehicle-brands/${fiat?.id ?? ''}` as const
  await stack.call(address, { as: kiran, body: { isActive: false } })
  expect((await offered()).some(({ code }) => code === 'fiat')).toBe(false)
  const all = await offered({ includeInactive: 'true' })
  expect(all.find(({ code }) => code === 'fiat')).toEqual({ ...fiat, isActive: false })
  await stack.call(address, { as: kiran, body: { isActive: true } })
  expect((await offered()).some(({ code }) => code === 'fiat')).toBe(true)
})
