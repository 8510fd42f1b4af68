import { expect, test } from 'vitest'
import { isPersonal, isSecret } from './secrecy.ts'

test.each(['password', 'refresh_token', 'otp', 'verificationCode', 'phoneIndex', 'photoUrl'])(
  '%s is told to no line of audit or log',
  (name) => {
    expect(isSecret(name)).toBe(true)
  },
)

test.each([
  'fullName',
  'mobile_number',
  'email',
  'street',
  'vehicleNumber',
  'plate',
  'plateKeys',
  'gender',
])('%s is masked wherever it is told', (name) => {
  expect(isPersonal(name)).toBe(true)
  expect(isSecret(name)).toBe(false)
})

test.each(['city', 'referenceId', 'status', 'brand', 'customerCode', 'pinCode'])(
  '%s tells nothing of a person by itself',
  (name) => {
    expect(isPersonal(name)).toBe(false)
  },
)
