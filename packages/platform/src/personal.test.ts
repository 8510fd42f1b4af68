import fc from 'fast-check'
import { expect, test } from 'vitest'
import { personalData, seal, unseal } from './personal.ts'

const ring = (...versions: string[]) =>
  versions.map((version) => ({ version, secret: Buffer.alloc(32, version) }))
const indexKeys = ring('i')
const place = { table: 'customer', column: 'phone', id: '0192f000-0000-7000-8000-000000000001' }
const phone = '+919876543210'

test('whatever was sealed opens again', () => {
  const personal = personalData(ring('1'), indexKeys)
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (value) => {
      expect(personal.open(personal.seal(value, place), place)).toBe(value)
    }),
  )
})

test('the same value is never sealed the same twice', () => {
  const personal = personalData(ring('1'), indexKeys)
  const sealed = Array.from({ length: 50 }, () => personal.seal(phone, place))
  expect(new Set(sealed).size).toBe(50)
})

test.each([
  ['row', { id: '0192f000-0000-7000-8000-000000000002' }],
  ['column', { column: 'alternative_phone' }],
  ['table', { table: 'user' }],
])('a value that was moved to another %s no longer opens', (_, moved) => {
  const personal = personalData(ring('1'), indexKeys)
  const sealed = personal.seal(phone, place)
  expect(() => personal.open(sealed, { ...place, ...moved })).toThrow(/authenticate/)
})

test('a value that was changed in any byte, or cut, no longer opens', () => {
  const sealed = seal(ring('1'), phone, 'here')
  const packed = Buffer.from(sealed.slice(2), 'base64url')
  for (let at = 0; at < packed.length; at += 1) {
    const changed = Buffer.from(packed)
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
    const opening = () => unseal(ring('1'), `1.${changed.toString('base64url')}`, 'here')
    expect(opening).toThrow(/authenticate/)
    const cut = packed.subarray(0, at).toString('base64url')
    expect(() => unseal(ring('1'), `1.${cut}`, 'here')).toThrow(/authenticate|too short/)
  }
})

test('a rotated ring opens old values and seals new ones under its first key', () => {
  const old = personalData(ring('1'), indexKeys).seal(phone, place)
  const rotated = personalData(ring('2', '1'), indexKeys)
  expect(rotated.open(old, place)).toBe(phone)
  expect(rotated.seal(phone, place)).toMatch(/^2\./)
})

test('an unknown key version is an error, never a guess', () => {
  const sealed = personalData(ring('1'), indexKeys).seal(phone, place)
  expect(() => personalData(ring('2'), indexKeys).open(sealed, place)).toThrow('no known key')
})

test.each([phone, 'asha@example.in', '', '.', 'x.'])(
  'what was never sealed ("%s") does not open, and its error does not repeat it',
  (plain) => {
    const opening = () => personalData(ring('1'), indexKeys).open(plain, place)
    expect(opening).toThrow(/^A sealed value names no known key version\.$/)
  },
)

test('a blind index finds the same value, differs by field and key, and hides its value', () => {
  const personal = personalData(ring('1'), indexKeys)
  const other = personalData(ring('1'), ring('j'))
  const index = personal.blindIndex('phone', phone)
  expect(personal.blindIndex('phone', phone)).toBe(index)
  const others = [
    personal.blindIndex('email', phone),
    personal.blindIndex('phone', `${phone}1`),
    other.blindIndex('phone', phone),
  ]
  expect(new Set([index, ...others]).size).toBe(4)
  expect(index).not.toContain('9876543210')
})
