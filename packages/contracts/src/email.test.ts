import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Email, maskEmail, normalizeEmail } from './email.ts'

test.each([' Asha.Kulkarni@Example.COM ', 'ａｓｈａ.kulkarni@example.com'])(
  '%j is one mailbox',
  (typed) => {
    expect(Email.parse(typed)).toBe('asha.kulkarni@example.com')
  },
)

test('the garage owner of the requirements keeps their address', () => {
  expect(Email.parse('benedictchiu12@gmail.com')).toBe('benedictchiu12@gmail.com')
})

test.each([
  [undefined, 'E-mail address is required'],
  ['  ', 'E-mail address is required'],
  ['asha', 'E-mail address must look like name@example.com'],
  ['asha@', 'E-mail address must look like name@example.com'],
  [
    `${'a'.repeat(60)}@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}.in`,
    'E-mail address is too long',
  ],
])('%j is refused with its reason', (typed, message) => {
  expect(Email.safeParse(typed).error?.issues[0]?.message).toBe(message)
})

test('normalizing twice changes nothing', () => {
  fc.assert(
    fc.property(fc.emailAddress(), (typed) => {
      expect(normalizeEmail(normalizeEmail(typed))).toBe(normalizeEmail(typed))
    }),
  )
})

test.each([
  ['asha.kulkarni@example.com', 'a******@example.com'],
  ['a@example.com', '******@example.com'],
  ['not an address', '******'],
  ['', '******'],
])('%j is masked as %s', (email, masked) => {
  expect(maskEmail(email)).toBe(masked)
})
