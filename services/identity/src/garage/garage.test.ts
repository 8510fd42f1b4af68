import { expect, test } from 'vitest'
import { garageCodeOf } from './garage.ts'

const CODE = /^G[A-Z0-9]{1,3}$/

test('codes of garages are short first, and none comes twice', () => {
  const codes = Array.from({ length: 34_000 }, (_, at) => garageCodeOf(at + 1))
  expect(codes.slice(0, 3)).toEqual(['G1', 'G2', 'G3'])
  expect(codes.slice(98, 102)).toEqual(['G99', 'GA0', 'GA1', 'GA2'])
  expect(codes.slice(1_034, 1_037)).toEqual(['GZZ', 'GA00', 'GA01'])
  expect(new Set(codes).size).toBe(codes.length)
  expect(codes.filter((code) => !CODE.test(code))).toEqual([])
})

test('the last code is told, and no longer one is made', () => {
  expect(garageCodeOf(1_035 + 26 * 36 ** 2)).toBe('GZZZ')
  expect(() => garageCodeOf(1_036 + 26 * 36 ** 2)).toThrow('no more codes')
})
