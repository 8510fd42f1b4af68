import { expect, test } from 'vitest'
import { parsePlate } from '../vehicle/plate.ts'
import { referenceId, referencePrefix } from './reference-id.ts'

test('a customer is counted under state and RTO of the first vehicle', () => {
  expect(referencePrefix(parsePlate('MH12AB1234'), 'PUN')).toBe('MH12')
  expect(referencePrefix(parsePlate('MH1AB1'), 'PUN')).toBe('MH01')
})

test("a Bharat mark, and no vehicle at all, count under the center's code", () => {
  expect(referencePrefix(parsePlate('22BH1234AA'), 'PUN')).toBe('PUN')
  expect(referencePrefix(null, 'HO')).toBe('HO')
})

test('the count has six digits, and more when it must', () => {
  expect(referenceId('MH12', 145)).toBe('CUST-MH12-000145')
  expect(referenceId('HO', 1)).toBe('CUST-HO-000001')
  expect(referenceId('MH12', 1_000_000)).toBe('CUST-MH12-1000000')
})

test.each([0, -1, 1.5, Number.NaN])('%s counts nobody', (count) => {
  expect(() => referenceId('MH12', count)).toThrow(RangeError)
})
