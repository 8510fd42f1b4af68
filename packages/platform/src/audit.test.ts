import { randomBytes } from 'node:crypto'
import type { AuditLine } from '@forecourt/contracts/audit'
import { asha } from '@forecourt/testing/people'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { recordDeed } from './audit.ts'
import { personOf } from './me.ts'
import { personalData } from './personal.ts'

const ring = [{ version: '1', secret: randomBytes(32) }]
const ofTests = personalData(ring, ring)

/** The line of a change, as it leaves the service. */
function lineOf(before: unknown, after: unknown): AuditLine {
  const lines: unknown[] = []
  recordDeed((_contract, _version, data) => lines.push(data), 'identity', {
    me: { ...personOf(undefined, new Set()), userId: asha.userId },
    address: '203.0.113.7',
    requestId: 'request-1',
    at: '2026-11-21T10:15:30Z',
    ...{ action: 'PUT /customers/:id', entity: 'customer', entityId: null, outcome: 'done' },
    before,
    after,
  })
  return lines[0] as AuditLine
}

const personal = ['fullName', 'phone', 'alternativeNumber', 'email', 'street', 'vehicleNumber']
const secret = ['password', 'otp', 'refreshToken', 'passwordHash', 'phoneIndex', 'code', 'photoUrl']
const value = fc.constantFrom('Rahul Deshpande', '+919876543210', 'rahul@example.com', 'MH12AB1234')
const person = fc.dictionary(fc.constantFrom(...personal, ...secret), value, { minKeys: 1 })
/** A person anywhere in a thing: in itself, in a list, in a list of a part. */
const thing = fc.oneof(
  person,
  person.map((one) => ({ customer: one, city: 'Pune' })),
  fc.array(person, { minLength: 1, maxLength: 3 }).map((people) => ({ parts: [{ people }] })),
)

test('however deep a person stands in what was changed, the line gives nobody away', () => {
  fc.assert(
    fc.property(thing, thing, (before, after) => {
      const { before: was, after: is } = lineOf(before, after)
      const text = JSON.stringify([was, is])
      expect(text).not.toMatch(/Rahul|98765|@example|MH12/)
      expect(text).not.toMatch(/password|otp|oken|Index|"code"|photoUrl/)
    }),
  )
})

test('a phone that came as a number is masked too', () => {
  expect(lineOf(null, { phone: 9876543210 }).after).toEqual({ phone: '******3210' })
})

test('a text that quotes a phone or an address is told without them', () => {
  const title = 'Call 98765 43210 or write to rahul@example.com, PIN 411004'
  expect(lineOf(null, { title, contact: '+919876543210' }).after).toEqual({
    title: 'Call [number] or write to [e-mail], PIN [number]',
    contact: '+91******3210',
  })
})

test('what a person wrote in their own words is told by its length', () => {
  const written = {
    ...{ description: 'Rahul hears a noise', cancelReason: 'Rahul sold it', notes: 'Rahul' },
    ...{ preInspection: { notes: 'Ask Rahul' }, services: [{ notes: 'Rahul said so' }] },
    ...{ exteriorCondition: 'Rahul hit it', interiorCondition: 'Rahul smokes' },
    ...{ issuesReported: ['Rahul hears it'], componentIssues: [{ issue: 'Rahul, again' }] },
  }
  expect(lineOf(written, written).before).toEqual({
    ...{ description: '[19 characters]', cancelReason: '[13 characters]', notes: '[5 characters]' },
    ...{ preInspection: { notes: '[9 characters]' }, services: [{ notes: '[13 characters]' }] },
    ...{ exteriorCondition: '[12 characters]', interiorCondition: '[12 characters]' },
    ...{ issuesReported: ['[14 characters]'], componentIssues: [{ issue: '[12 characters]' }] },
  })
})

test('what lies sealed in a row is left out, whatever it is called', () => {
  const place = { table: 'customer', column: 'whatever', id: asha.userId }
  const sealed = ofTests.seal('{"fullName":"Rahul Deshpande"}', place)
  const row = { id: asha.userId, whatever: sealed, parts: [{ whatever: sealed }, sealed] }
  const told = { id: asha.userId, parts: [{}] }
  expect(lineOf(row, row)).toMatchObject({ before: told, after: told })
  expect(JSON.stringify(lineOf(row, row))).not.toContain(sealed)
})

test('of a day of birth and a gender nothing is told', () => {
  const [born, other] = [
    { dob: '1990-01-31', gender: 'female' },
    { dob: '1985-12-02', gender: 'male' },
  ]
  const line = lineOf(born, other)
  expect(line.before).toEqual(line.after)
  expect(JSON.stringify(line.before)).not.toMatch(/1990|-31|female/)
})

test('lines of work and goods are told as they are sold, and so is a reason that is a code', () => {
  const card = { items: [{ description: 'Oil filter, 2 l' }], reason: 'sender_fell_silent' }
  expect(lineOf(card, card).after).toEqual(card)
})

test('what tells nothing of a person is told as it is', () => {
  const plain = {
    ...{ city: 'Navi Mumbai', pinCode: '411004', version: 3, isActive: true, gstin: null },
    ...{ tags: ['a', 'b c'], createdAt: '2026-11-21T10:15:30.123456Z', id: asha.userId },
  }
  expect(lineOf(plain, plain)).toMatchObject({ before: plain, after: plain })
})
