import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parsePlate, parseSpecialPlate, Plate, StaffPlate } from './plate.ts'

const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: length })
const series = fc.string({ unit: fc.constantFrom(...letters), maxLength: 3 })
// Without a series, all digits but the first two are the number.
const mark = fc
  .tuple(fc.constantFrom('MH', 'DL', 'KA', 'TG', 'UP'), digits(2), series, digits(4))
  .filter(([, rto, letters, number]) => Number(number) > 0 && (letters !== '' || rto.length === 2))

describe('a registration mark', () => {
  test.each([
    ['MH12AB1234', 'MH12AB1234', 'MH12'],
    ['MH12XX1234', 'MH12XX1234', 'MH12'],
    ['DL1CAB1234', 'DL01CAB1234', 'DL01'],
    ['KA51P9999', 'KA51P9999', 'KA51'],
    ['MH121234', 'MH121234', 'MH12'],
    ['MH1AB1', 'MH01AB0001', 'MH01'],
    ['TG09A0001', 'TG09A0001', 'TG09'],
    ['MH99ZZ9999', 'MH99ZZ9999', 'MH99'],
  ])('%s is accepted under the key %s', (plate, key, prefix) => {
    expect(parsePlate(plate)).toEqual({ plate, key, kind: 'standard', prefix })
  })

  test('the Bharat series names no RTO', () => {
    const plate = '22BH1234AA'
    expect(parsePlate(plate)).toEqual({ plate, key: plate, kind: 'bharat', prefix: null })
  })

  test.each([
    'mh12ab1234',
    'MH 12 AB 1234',
    'MH-12-AB-1234',
    'MH.12.AB.1234',
    ' mh12\u2011ab\u00a01234\t',
    'ＭＨ１２ＡＢ１２３４',
  ])('%j is MH12AB1234', (typed) => {
    expect(parsePlate(typed)?.plate).toBe('MH12AB1234')
  })

  test.each([
    '',
    'MH12IO1234',
    'XX12AB1234',
    'MH12AB12345',
    'MH12AB0000',
    'MH12ABCD1234',
    'MH123AB1234',
    'MH12AB',
    'MH1200',
    'MH12AB1234;',
    'MH12ßA1234',
    'MH12AB१२३४',
    '22BH1234',
    '22BH1234IA',
    '22BH123AA',
    '03D153874H',
  ])('%j is refused', (typed) => {
    expect(parsePlate(typed)).toBeNull()
  })

  test('two ways to write one mark have one key', () => {
    expect(parsePlate('MH1AB1')?.key).toBe(parsePlate('MH01AB0001')?.key)
    expect(parsePlate('DL1CAB1234')?.key).not.toBe(parsePlate('DL11CAB1234')?.key)
  })

  test('a key is the key of itself, and padding never changes it', () => {
    fc.assert(
      fc.property(mark, ([state, rto, letters, number]) => {
        const parsed = parsePlate(`${state}${rto}${letters}${number}`)
        expect(parsed).not.toBeNull()
        expect(parsePlate(parsed?.key ?? '')?.key).toBe(parsed?.key)
        expect(parsed?.key).toMatch(/^[A-Z]{2}\d{2}[A-Z]{0,3}\d{4}$/)
      }),
    )
  })

  test('case, spaces, dots and hyphens never matter', () => {
    const noise = fc.constantFrom('', ' ', '-', '.', ' - ')
    fc.assert(
      fc.property(mark, noise, noise, fc.boolean(), (parts, one, other, lower) => {
        const [state, rto, letters, number] = parts
        const typed = `${one}${state}${other}${rto}${one}${letters}${other}${number}`
        expect(parsePlate(lower ? typed.toLowerCase() : typed)).toEqual(parsePlate(parts.join('')))
      }),
    )
  })
})

describe('a special mark', () => {
  test.each([
    ['↑03D153874H', '03D153874H'],
    ['03D 153874 H', '03D153874H'],
    ['77 CD 1', '77CD1'],
    ['22UN14', '22UN14'],
    ['109 CC 33', '109CC33'],
    ['MH VA AA 1234', 'MHVAAA1234'],
    ['T0122MH1234AB', 'T0122MH1234AB'],
  ])('%s is accepted under the key %s', (typed, key) => {
    expect(parseSpecialPlate(typed)).toMatchObject({ key, kind: 'special', prefix: null })
  })

  test.each(['', 'MH12AB1234', 'MH12IO1234', '22BH1234AA', 'ANYTHING', 'T1322MH1234AB'])(
    '%j is none',
    (typed) => {
      expect(parseSpecialPlate(typed)).toBeNull()
    },
  )

  test('is accepted from staff only', () => {
    expect(Plate.safeParse('77CD1').success).toBe(false)
    expect(StaffPlate.parse('77CD1').kind).toBe('special')
    expect(StaffPlate.parse('mh12ab1234').kind).toBe('standard')
    expect(StaffPlate.safeParse('MH12IO1234').success).toBe(false)
  })
})

test.each([
  [undefined, 'Vehicle number is required'],
  ['  ', 'Vehicle number is required'],
  ['MH12IO1234', 'Vehicle number must look like MH12AB1234'],
])('the body field refuses %j with its reason', (typed, message) => {
  expect(Plate.safeParse(typed).error?.issues.map((issue) => issue.message)).toEqual([message])
})
