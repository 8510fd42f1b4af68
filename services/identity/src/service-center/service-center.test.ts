import { isGstin } from '@forecourt/contracts/gstin'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ChangeServiceCenter,
  OpenServiceCenter,
  changesOf,
  type ServiceCenterRow,
} from './service-center.ts'

const digits = '0123456789'
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const alphabet = digits + letters

function some(from: string, length: number) {
  return fc.string({ unit: fc.constantFrom(...from), minLength: length, maxLength: length })
}

/** The first 14 characters of a GSTIN: state, PAN, entity, Z. */
const stem = fc
  .tuple(
    some(digits, 2),
    some(letters, 5),
    some(digits, 4),
    some(letters, 1),
    some(alphabet.slice(1), 1),
  )
  .map((parts) => `${parts.join('')}Z`)

function completed(fourteen: string): string {
  const [only, ...others] = [...alphabet].filter((last) => isGstin(fourteen + last))
  expect(others).toEqual([])
  return fourteen + only
}

describe('a GSTIN', () => {
  test.each(['27AAPFU0939F1ZV', '29AAGCB7383J1Z4', '27AAFCF1234K1ZP'])('may be %s', (gstin) => {
    expect(isGstin(gstin)).toBe(true)
  })

  test.each([
    ['', 'nothing'],
    ['27AAPFU0939F1ZW', 'another check digit'],
    ['27AAPFU0939F1YV', 'no Z'],
    ['27AAPFU0939F0ZV', 'an entity 0'],
    ['2AAAPFU0939F1ZV', 'a letter in the state'],
    ['27aapfu0939f1zv', 'small letters'],
    [' 27AAPFU0939F1ZV', 'a space'],
    ['27AAPFU0939F1ZV\n', 'a line'],
    ['२७AAPFU0939F1ZV', 'other digits'],
  ])('is not %j: %s', (gstin) => {
    expect(isGstin(gstin)).toBe(false)
  })

  test('has exactly one check digit, whatever comes before it', () => {
    fc.assert(
      fc.property(stem, (fourteen) => {
        expect(completed(fourteen)).toHaveLength(15)
      }),
    )
  })

  test('with any one character typed wrong is none', () => {
    const place = fc.nat(14)
    const character = fc.constantFrom(...alphabet)
    fc.assert(
      fc.property(stem, place, character, (fourteen, at, other) => {
        const gstin = completed(fourteen)
        fc.pre(gstin[at] !== other)
        expect(isGstin(gstin.slice(0, at) + other + gstin.slice(at + 1))).toBe(false)
      }),
    )
  })
})

describe('the body of a center', () => {
  const place = { city: 'Nashik', state: 'Maharashtra', pinCode: '422001', street: '1 MG Road' }
  const { pinCode, ...rest } = place
  const address = { ...rest, zipCode: pinCode }
  const known = { ...place, country: 'IN' } as ServiceCenterRow
  const nashik = { code: 'nsk', name: ' Forecourt Nashik ' }

  test('spells the place flat or as an address, and the flat words win', () => {
    const flat = OpenServiceCenter.parse({ ...nashik, ...place })
    expect(flat).toEqual({
      code: 'NSK',
      name: 'Forecourt Nashik',
      ...place,
      pinPrefixes: [],
    })
    expect(OpenServiceCenter.parse({ ...nashik, address })).toEqual(flat)
    const both = OpenServiceCenter.parse({ ...nashik, address, city: 'Sinnar' })
    expect(both).toMatchObject({ ...place, city: 'Sinnar' })
  })

  test.each(['IN', 'India', 'india'])('may call its country %s', (country) => {
    const read = OpenServiceCenter.parse({ ...nashik, address: { ...address, country } })
    expect(read.country).toBe('IN')
  })

  test('names the city and the state that are in neither', () => {
    const read = OpenServiceCenter.safeParse({ ...nashik, address: { zipCode: '422001' } })
    expect(read.error?.issues.map(({ path }) => path)).toEqual([['city'], ['state']])
  })

  test.each([
    { code: 'N' },
    { code: '0AB' },
    { code: 'NASK' },
    { pinCode: '022001' },
    { address: { zipCode: '42200' } },
    { pinPrefixes: ['4220011'] },
    { pinPrefixes: ['422', '422'] },
    { gstin: '27AAPFU0939F1ZW' },
    { timeZone: 'Asia/Poona' },
    { country: 'Atlantis' },
    { name: ' ' },
    { email: 'nashik' },
  ])('is refused with %j', (fault) => {
    const { success } = OpenServiceCenter.safeParse({ ...nashik, ...place, ...fault })
    expect(success).toBe(false)
  })

  test('drops what no schema knows, and what only the house decides', () => {
    const body = { ...nashik, ...place, id: 'x', isHeadOffice: true, version: 9, isActive: false }
    expect(OpenServiceCenter.parse(body)).not.toMatchObject({ isHeadOffice: true })
    expect(Object.keys(OpenServiceCenter.parse(body))).not.toContain('version')
    expect(ChangeServiceCenter.parse({ isHeadOffice: true })).toEqual({})
  })

  test.each([
    ['the address', { address: { ...address, city: 'Sinnar' }, ...place }],
    ['the flat words', { address, ...place, city: 'Sinnar' }],
    ['both', { address: { ...address, city: 'Igatpuri' }, ...place, city: 'Sinnar' }],
  ])('that is sent back whole changes what differs in %s', (_where, body) => {
    expect(changesOf(known, ChangeServiceCenter.parse(body))).toMatchObject({
      ...place,
      city: 'Sinnar',
    })
  })

  test('leaves out what a form left empty', () => {
    const names = ['phone', 'email', 'managerId', 'street', 'district', 'pinCode', 'gstin'] as const
    const blank = Object.fromEntries(names.map((name) => [name, '']))
    const nothing = Object.fromEntries(names.map((name) => [name, null]))
    const body = { ...nashik, ...rest, ...blank, address: { street: '', zipCode: '' } }
    expect(OpenServiceCenter.parse(body)).toMatchObject(nothing)
    expect(changesOf(known, ChangeServiceCenter.parse(blank))).toEqual(nothing)
  })

  test('of a change says null to clear, and nothing to leave', () => {
    const change = ChangeServiceCenter.parse({ gstin: null, address: { zipCode: null } })
    expect(changesOf(known, change)).toEqual({ gstin: null, pinCode: null })
    expect(ChangeServiceCenter.safeParse({ city: null }).success).toBe(false)
  })
})
