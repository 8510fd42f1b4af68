import { expect, test } from 'vitest'
import { Vin, vinWarning } from './vin.ts'

test.each(['1M8GDM9AXKP042788', '11111111111111111', '1HGCM82633A004352'])(
  'the check digit of %s fits',
  (vin) => expect(vinWarning(vin)).toBeNull(),
)

test('another check digit is doubtful, and accepted all the same', () => {
  expect(vinWarning('1HGCM82643A004352')).toBe('The check digit of the VIN does not fit')
  expect(Vin.parse('1HGCM82643A004352')).toBe('1HGCM82643A004352')
  expect(vinWarning(null)).toBeNull()
})

test('case, spaces and hyphens do not matter', () => {
  expect(Vin.parse(' ma3-erlf1s 00 123456 ')).toBe('MA3ERLF1S00123456')
})

test.each(['', '1M8GDM9AXKP04278', '1M8GDM9AXKP0427888', 'IM8GDM9AXKP042788', '1M8GDM9AXKPO42788'])(
  '%j is none',
  (typed) => expect(Vin.safeParse(typed).success).toBe(false),
)
