import { expect, test } from 'vitest'
import { isSuspect, unstorable } from './storable.ts'

const name = 'a\0b'
test.each([
  [{ name }, 'name'],
  [{ vehicles: [{ model: 'Swift' }, { model: '\ud800' }] }, 'vehicles.1.model'],
  [{ customer: { [name]: 1 } }, 'customer'],
  [[name], '0'],
  [{ a: JSON.parse(`${'['.repeat(5_000)}"a\\u0000"${']'.repeat(5_000)}`) as unknown }, 'body'],
])('what cannot be kept is named: %#', (body, path) => {
  expect(isSuspect(JSON.stringify(body))).toBe(true)
  const { details } = unstorable(body)
  expect(Object.keys(details.fields ?? {})).toEqual([path])
})

test.each(['राहुल', '😀', 'a\\u0000b', '\\\\'])('%j can be kept', (text) => {
  expect(isSuspect(JSON.stringify({ text }))).toBe(false)
})
