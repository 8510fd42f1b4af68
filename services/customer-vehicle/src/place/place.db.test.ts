import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { customerVehicle } from '../service.ts'

let stack: Stack
beforeAll(async () => (stack = await openStack(customerVehicle)))
afterAll(() => stack?.close())

interface Place {
  code: string
  name: string
}

const list = (path: string, query: Record<string, string> = {}) =>
  stack.call<Place[]>(`GET /reference/${path}`, { query })

test('everybody is answered all states at once', async () => {
  const { status, data, body } = await list('states')
  expect(status).toBe(200)
  expect(data).toHaveLength(36)
  expect(data).toContainEqual({ code: '27', name: 'Maharashtra' })
  expect(body.pagination).toBeUndefined()
})

test('a state has its districts and a district its talukas, by name or by code', async () => {
  const byName = await list('districts', { state: 'maharashtra' })
  expect(byName.data).toHaveLength(36)
  expect((await list('districts', { state: '27' })).data).toEqual(byName.data)
  const pune = byName.data.find(({ name }) => name === 'Pune')
  const talukas = await list('talukas', { state: '27', district: pune?.code ?? '' })
  expect(talukas.data.map(({ name }) => name)).toContain('Haveli')
  const again = await list('talukas', { state: 'Maharashtra', district: 'Pune' })
  expect(again.data).toEqual(talukas.data)
})

describe('an unknown place is named in a 422', () => {
  test.each([
    ['districts', { state: 'Atlantis' }, 'state'],
    ['districts', {}, 'state'],
    ['talukas', { state: 'Atlantis', district: 'Pune' }, 'state'],
    ['talukas', { state: 'Goa', district: 'Pune' }, 'district'],
    ['talukas', { state: 'Goa' }, 'district'],
  ])('%s %o', async (path, query, field) => {
    const { status, body } = await list(path, query)
    expect(status).toBe(422)
    expect(Object.keys(body.errors ?? {})).toEqual([field])
  })
})
