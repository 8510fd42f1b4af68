import { describe, expect, test } from 'vitest'
import { NewPassword, TypedPassword } from './password.ts'
import { ForgotPassword, ResetPassword } from './reset.ts'
import { Credentials, refusalOf, splitName, UserStatus } from './user.ts'

describe('an account', () => {
  test('gets tokens while it is active, and in no other state', () => {
    const open = UserStatus.options.filter((status) => refusalOf({ status }) === undefined)
    expect(open).toEqual(['active'])
  })

  test.each([
    ['Asha Joshi', 'Asha', 'Joshi'],
    ['Asha', 'Asha', ''],
    ['Gil Benedict Chiu', 'Gil', 'Benedict Chiu'],
  ])('of %s is %s, of the family %s', (fullName, firstName, lastName) => {
    expect(splitName(fullName)).toEqual({ firstName, lastName })
  })
})

describe('credentials', () => {
  test('bring the normal form of what was typed', () => {
    expect(Credentials.parse({ email: ' Asha@Example.COM', password: ' p ' })).toEqual({
      email: 'asha@example.com',
      password: ' p ',
    })
    expect(Credentials.parse({ phone: '98765 43210', password: 'p' })).toMatchObject({
      phone: ['+919876543210'],
    })
  })

  test.each([null, ''])('may name the one, and the other as %j', (other) => {
    const typed = { email: other, phone: '98765 43210', password: 'p' }
    expect(Credentials.parse(typed)).toMatchObject({ email: undefined, phone: ['+919876543210'] })
    expect(ForgotPassword.parse({ email: 'asha@example.com', phone: other })).toEqual({
      ...{ email: 'asha@example.com', phone: undefined },
    })
    expect(ForgotPassword.safeParse({ email: other, phone: other }).success).toBe(false)
  })

  test('of both names or of none are refused', () => {
    expect(Credentials.safeParse({ password: 'p' }).success).toBe(false)
    const both = { email: 'asha@example.com', phone: '9876543210', password: 'p' }
    expect(Credentials.safeParse(both).success).toBe(false)
  })
})

describe('a password', () => {
  test.each(['p', 'p'.repeat(72), '€'.repeat(24), 'पासवर्ड'])('may be typed: %s', (typed) => {
    expect(TypedPassword.parse(typed)).toBe(typed)
  })

  test.each(['', 'p'.repeat(73), '€'.repeat(25), 'p\0', 7, null, ['p']])(
    'may not be typed: %j',
    (typed) => {
      expect(TypedPassword.safeParse(typed).success).toBe(false)
    },
  )

  test.each(['Forecourt#2026', 'a2345678', 'मेरापासवर्ड1'])('may be chosen: %s', (chosen) => {
    expect(NewPassword.safeParse(chosen).success).toBe(true)
  })

  test.each(['a234567', '12345678', 'abcdefgh', 'a1'.repeat(37)])(
    'may not be chosen: %s',
    (chosen) => {
      expect(NewPassword.safeParse(chosen).success).toBe(false)
    },
  )
})

test('a code that resets a password may be pasted with what stands around it', () => {
  const reset = { phone: '98765 43210', otp: ' 123456\n', password: 'Forecourt#2026' }
  expect(ResetPassword.parse(reset)).toMatchObject({ otp: '123456' })
  expect(ResetPassword.safeParse({ ...reset, otp: '12345' }).success).toBe(false)
})
