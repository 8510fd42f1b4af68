import { testPersonalTables } from '@forecourt/testing/personal-tables'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll } from 'vitest'
import { identity } from '../service.ts'
import { accountTables, customerTables } from './personal-tables.queries.ts'

let stack: Stack
beforeAll(async () => (stack = await openStack(identity)))
afterAll(() => stack?.close())

testPersonalTables(identity, [...accountTables, ...customerTables], () => stack, {
  service_center: 'centers',
  service_center_zone: 'centers',
  role: 'roles',
  signing_key: 'keys',
  login_failure: 'ends with its account',
  otp: 'found by the digests of the phone, and dropped',
  sign_up: 'found by the digest of the phone, and dropped',
  phone_proof: 'unproved, ends within the hour',
  username_counter: 'keyed digests of names, of nobody',
  garage: 'customers own none',
  garage_registration: 'of garages, ends within a day',
  setting: 'what administrators have decided',
})
