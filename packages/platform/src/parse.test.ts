import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { querySchema } from './list-query.ts'
import { messagesOf } from './parse.ts'
import { wordingOf } from './wording.ts'

const body = z.object({
  name: z.string().min(1).max(5),
  age: z.int().min(18).max(99),
  kind: z.enum(['car', 'bike']),
  isNew: z.boolean(),
  tags: z.array(z.string()).max(2),
  owner: z.object({ id: z.uuid() }),
})
const good = { name: 'Asha', age: 30, kind: 'car', isNew: true, tags: [], owner: { id: 'x' } }

const query = querySchema(
  {
    city: { type: z.string().min(1), condition: () => ({}) as never },
    verified: { type: z.stringbool() },
    createdAt: { type: z.union([z.iso.date(), z.iso.datetime()]) },
  },
  { createdAt: 'created_at', city: 'city' },
  true,
)

function toldOf(schema: z.ZodType, value: unknown) {
  const { error } = schema.safeParse(value, { error: wordingOf })
  return error ? messagesOf(error) : {}
}

describe('a person is told in plain words', () => {
  test.each([
    ['name', undefined, 'This field is required'],
    ['name', null, 'Must be text'],
    ['name', '', 'Must not be empty'],
    ['name', 'Ashwini', 'Must have at most 5 characters'],
    ['age', 'thirty', 'Must be a number'],
    ['age', 30.5, 'Must be a whole number'],
    ['age', 17, 'Must be at least 18'],
    ['age', 100, 'Must be at most 99'],
    ['kind', 'boat', 'Must be one of car, bike'],
    ['isNew', 'yes', 'Must be true or false'],
    ['tags', 'red', 'Must be a list'],
    ['tags', ['a', 'b', 'c'], 'Must have at most 2 entries'],
    ['owner', 'Asha', 'Must be a group of fields'],
  ])('what is wrong when %s is %j', (field, value, message) => {
    const { [field]: told } = toldOf(body, { ...good, [field]: value })
    expect(told).toEqual([message])
  })

  test('under which dotted path', () => {
    expect(toldOf(body, good)).toEqual({ 'owner.id': ['Must be an id'] })
    expect(toldOf(body, [])).toEqual({ body: ['Must be a group of fields'] })
  })

  test('though the field is called as something that every object has', () => {
    const unknown = { toString: ['This is not known here'] }
    expect(toldOf(z.strictObject({}), JSON.parse('{ "toString": 1 }'))).toEqual(unknown)
  })

  test('once, where a value is not even of the right kind', () => {
    const line = z.string('Name is required').min(1, 'Name is required')
    expect(toldOf(z.object({ line }), { line: [] })).toEqual({ line: ['Name is required'] })
  })

  test.each([
    [{ page: '0' }, 'page', 'Must be at least 1'],
    [{ page: 'first' }, 'page', 'Must be a number'],
    [{ limit: '101' }, 'limit', 'Must be at most 100'],
    [{ sort: 'phone' }, 'sort', 'Must be one of createdAt, city'],
    [{ colour: 'red' }, 'colour', 'This is not known here'],
    [{ search: 'a' }, 'search', 'Must have at least 2 characters'],
    [{ filter: { colour: 'red' } }, 'filter.colour', 'This is not known here'],
    [{ filter: { city: { like: 'P' } } }, 'filter.city.like', 'This is not known here'],
    [{ filter: { city: '' } }, 'filter.city', 'Must not be empty: leave the filter out'],
    [{ filter: { verified: 'maybe' } }, 'filter.verified', 'Must be true or false'],
    [
      { filter: { createdAt: { gte: 'today' } } },
      'filter.createdAt.gte',
      'Must be a day such as 2026-01-31',
    ],
  ])('what a list cannot be asked: %j', (asked, field, message) => {
    expect(toldOf(query, asked)).toEqual({ [field]: [message] })
  })

  test('nothing, when the box of a search is empty', () => {
    expect(toldOf(query, { search: ' ' })).toEqual({})
  })
})
