import { asha } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bicycles } from './bicycle/service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(bicycles)
  const garage = [
    { name: 'Atlas', priceMinor: 500, boughtOn: '2024-01-31' },
    { name: 'BSA', priceMinor: 1_500, boughtOn: '2024-06-01' },
    { name: 'Hercules', priceMinor: 2_500, boughtOn: '2025-02-28' },
    { name: 'Hero 100%', priceMinor: 3_500 },
    { name: 'hero_2', priceMinor: 4_500, color: 'red' },
  ]
  for (const body of garage) {
    await stack.call('POST /bicycles', { as: asha, body })
  }
})
afterAll(() => stack?.close())

function list(query: Record<string, string>) {
  return stack.call<{ name: string }[]>('GET /bicycles', { as: asha, query })
}

async function names(query: Record<string, string>): Promise<string[]> {
  const { status, data } = await list({ sort: 'name', order: 'asc', ...query })
  expect(status).toBe(200)
  return data.map(({ name }) => name)
}

describe('a filter', () => {
  test.each([
    ['filter[name]', 'BSA', ['BSA']],
    ['filter[name][eq]', 'BSA', ['BSA']],
    ['filter[name][ne]', 'BSA', ['Atlas', 'Hercules', 'Hero 100%', 'hero_2']],
    ['filter[priceMinor][gt]', '2500', ['Hero 100%', 'hero_2']],
    ['filter[priceMinor][gte]', '2500', ['Hercules', 'Hero 100%', 'hero_2']],
    ['filter[priceMinor][lt]', '1500', ['Atlas']],
    ['filter[priceMinor][lte]', '1500', ['Atlas', 'BSA']],
    ['filter[priceMinor][in]', '500,4500', ['Atlas', 'hero_2']],
    ['filter[boughtOn][gte]', '2024-06-01', ['BSA', 'Hercules']],
    ['filter[cheap]', 'true', ['Atlas']],
    ['filter[cheap]', 'false', ['BSA', 'Hercules', 'Hero 100%', 'hero_2']],
    ['filter[cheap][ne]', 'true', ['BSA', 'Hercules', 'Hero 100%', 'hero_2']],
    ['filter[name]', "' or true --", []],
    ['filter[status][in]', 'sold,scrapped', []],
  ])('%s=%s finds what it says', async (filter, value, found) => {
    expect((await names({ [filter]: value })).toSorted()).toEqual(found.toSorted())
  })

  test('stands beside others, and all must hold', async () => {
    const query = { 'filter[priceMinor][gte]': '1500', 'filter[priceMinor][lt]': '3500' }
    expect(await names(query)).toEqual(['BSA', 'Hercules'])
    expect(await names({ ...query, 'filter[status]': 'new', search: 'her' })).toEqual(['Hercules'])
  })
})

test.each([
  { 'filter[secretNote]': 'x' },
  { 'filter[name][like]': 'x' },
  { 'filter[name][eq][eq]': 'x' },
  { 'filter[cheap][gt]': 'true' },
  { 'filter[priceMinor]': 'much' },
  { 'filter[boughtOn]': 'yesterday' },
  { 'filter[cheap]': 'perhaps' },
  { 'filter[priceMinor][in]': '1,two' },
  { filter: 'name' },
  { sort: 'secretNote' },
  { sort: 'name;drop' },
  { order: 'sideways' },
  { page: '0' },
  { page: '1.5' },
  { limit: '0' },
  { limit: '101' },
  { limit: 'all' },
  { search: 'x' },
  { fields: 'name,secretNote' },
  { unheard: 'of' },
])('%o is refused, never ignored', async (query) => {
  const { status, body } = await list(query)
  expect([status, body.error?.reason]).toEqual([422, 'query_invalid'])
  expect(Object.keys(body.errors ?? {})).not.toEqual([])
})

test.each([
  'filter[constructor]',
  'filter[constructor][prototype]',
  'filter[hasOwnProperty]',
  'filter[name][toString]',
  'filter[name][__proto__]',
  'filter[__proto__]',
  'filter[__proto__][eq]',
  'constructor',
  'toString',
  '__proto__[polluted]',
])('%s is refused too, though every object has it, and reaches none', async (name) => {
  const { status, body } = await list({ [name]: 'x' })
  expect([status, body.error?.reason]).toEqual([422, 'query_invalid'])
  expect(Object.keys(body.errors ?? {})).toHaveLength(1)
  expect('polluted' in {}).toBe(false)
})

test.each(['filter[name]', 'filter[name][in]', 'filter[priceMinor][gte]', 'filter[cheap]'])(
  'an empty box behind %s is refused, and told how to ask for everything',
  async (filter) => {
    const { status, body } = await list({ [filter]: '' })
    expect(status).toBe(422)
    expect(Object.values(body.errors ?? {})).toEqual([['Must not be empty: leave the filter out']])
  },
)

test.each([
  ['asc', ['Atlas', 'BSA', 'Hercules']],
  ['desc', ['Hercules', 'BSA', 'Atlas']],
])('what has no value comes last when sorted by it, %s', async (order, first) => {
  const found = await names({ sort: 'boughtOn', order })
  expect(found.slice(0, 3)).toEqual(first)
  expect(found).toHaveLength(5)
})

test('the newest comes first unless asked otherwise, and ties are broken by id', async () => {
  const { data } = await list({})
  expect(data.map(({ name }) => name)).toEqual([
    ...['hero_2', 'Hero 100%', 'Hercules', 'BSA', 'Atlas'],
  ])
  expect(await names({ sort: 'priceMinor', order: 'desc' })).toEqual([
    ...['hero_2', 'Hero 100%', 'Hercules', 'BSA', 'Atlas'],
  ])
})

test('pages are counted over all that was found, and none is missed or shown twice', async () => {
  const seen: string[] = []
  for (let page = 1; page <= 3; page += 1) {
    const { data, body } = await list({ page: String(page), limit: '2' })
    expect(body.pagination).toEqual({
      ...{ page, limit: 2, total: 5, totalPages: 3 },
      ...{ hasNext: page < 3, hasPrev: page > 1 },
    })
    seen.push(...data.map(({ name }) => name))
  }
  expect(seen.toSorted()).toEqual((await names({})).toSorted())
  const beyond = await list({ page: '900000000', limit: '100' })
  expect([beyond.status, beyond.data, beyond.body.pagination?.total]).toEqual([200, [], 5])
})

test.each([
  ['100%', ['Hero 100%']],
  ['%%', []],
  ['o_2', ['hero_2']],
  ['__', []],
  ['HERO', ['Hero 100%', 'hero_2']],
  ['\\%', []],
  ['red', ['hero_2']],
])('a search for %s takes every character as itself', async (search, found) => {
  expect((await names({ search })).toSorted()).toEqual(found.toSorted())
})

test('?fields= keeps what it names and nothing else', async () => {
  const { data } = await list({ fields: 'name,priceMinor', 'filter[name]': 'Atlas' })
  expect(data).toEqual([{ name: 'Atlas', priceMinor: 500 }])
})

test('dates, instants, money and documents are answered in the forms of the house', async () => {
  const { data } = await list({ 'filter[name]': 'Atlas' })
  expect(data[0]).toMatchObject({
    boughtOn: '2024-01-31',
    priceMinor: 500,
    extras: { snake_case: 1 },
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/),
  })
})
