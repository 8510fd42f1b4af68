import { testMoves } from '@forecourt/testing/matrix'
import { expect, test } from 'vitest'
import { canonicalText, type Form } from './form.ts'
import { lifecycle } from './registration.queries.ts'
import { otpStatusOf } from './registration.ts'

testMoves('registration', lifecycle, {
  pending: { resend: 'pending', verify: 'verified' },
  verified: {},
})

const now = '2026-11-21T10:00:00.000Z'
const pending = { status: 'pending', codeBlockedAt: null } as const

test.each([
  ['sent', { ...pending, codeExpiresAt: '2026-11-21T10:00:00.001Z' }],
  ['expired', { ...pending, codeExpiresAt: now }],
  ['blocked', { ...pending, codeExpiresAt: '2026-11-21T10:05:00Z', codeBlockedAt: now }],
  ['verified', { ...pending, status: 'verified' as const, codeExpiresAt: now }],
])('the code of a registration is %s', (status, row) => {
  expect(otpStatusOf(row, now)).toBe(status)
})

test('a form that was kept and opened again is the body that its code was sent for', () => {
  const form: Form = {
    customer: {
      fullName: 'Rahul Deshpande',
      phone: '+919876543210',
      alternativePhone: null,
      email: 'rahul@example.com',
      street: '12, Law College Road',
      city: 'Pune',
      taluka: 'Haveli',
      district: 'Pune',
      state: 'Maharashtra',
      pinCode: '411004',
    },
    vehicles: [],
  }
  const opened = JSON.parse(JSON.stringify(form)) as Form
  expect(canonicalText('PUN', opened)).toBe(canonicalText('PUN', form))
  expect(canonicalText('MUM', form)).not.toBe(canonicalText('PUN', form))
})
