import { expect, test } from 'vitest'
import { chosen } from './spelling.ts'

test.each([
  [{ city: undefined, 'address.city': undefined }, undefined, 'city'],
  [{ city: 'Pune', 'address.city': 'Pune' }, undefined, 'city'],
  [{ city: undefined, 'address.city': 'Pune' }, undefined, 'address.city'],
  [{ city: 'Pune', 'address.city': 'Khed' }, 'Khed', 'address.city'],
  [{ city: 'Khed', 'address.city': 'Khed' }, 'Khed', 'city'],
])('of %j the one that differs is meant', (typed, value, path) => {
  expect(chosen('Pune', typed)).toEqual({ value, path, faults: {} })
})

test('two that differ from each other too are both named', () => {
  const { faults } = chosen('Pune', { city: 'Khed', town: 'Pune', 'address.city': 'Baramati' })
  expect(faults).toEqual({
    city: ['Says something else than address.city'],
    'address.city': ['Says something else than city'],
  })
})
