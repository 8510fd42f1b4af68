import { expect, test } from 'vitest'
import { openLog } from './log.ts'

const phone = '+919876543210'
const token = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl'

function lineOf(...told: unknown[]): string {
  let line = ''
  const log = openLog('test', 'info', { write: (text) => (line += text) })
  const [first, ...rest] = told
  log.info(first, ...(rest as string[]))
  return line
}

test.each([
  ...['password', 'newPassword', 'password_hash', 'otp', 'otp_for_testing', 'token', 'tokens'],
  ...['accessToken', 'refresh_token', 'mfaToken', 'authorization', 'totpSecret', 'apiKey'],
  ...['phoneIndex', 'cookie', 'recoveryCodes'],
])('%s is in no line, at whatever depth', (name) => {
  const secret = { [name]: 'hunter2-hunter2' }
  for (const nested of [secret, { a: secret }, { a: { b: { c: { d: [secret] } } } }]) {
    const line = lineOf(nested, 'told')
    expect(line).not.toContain('hunter2')
    expect(JSON.parse(line).msg).toBe('told')
  }
})

test.each([
  ...['phone', 'mobileNumber', 'alternative_number', 'email', 'fullName', 'ownerPhone'],
  ...['destination', 'username', 'to'],
])('%s is recognised and not told, at whatever depth', (name) => {
  for (const nested of [{ [name]: phone }, { a: [{ b: { c: { [name]: phone } } }] }]) {
    const line = lineOf(nested, 'told')
    expect(line).toContain('+91******3210')
    expect(line).not.toContain('98765')
  }
})

test('a code is hidden, the kind of an error is not', () => {
  expect(lineOf({ code: '123456' }, 'told')).not.toContain('123456')
  expect(lineOf({ code: 123_456 }, 'told')).not.toContain('123456')
  expect(lineOf({ code: 'ECONNREFUSED' }, 'told')).toContain('ECONNREFUSED')
})

test('an error tells its kind, its rule and its cause, and none of the values it met', () => {
  const cause = Object.assign(new Error(`invalid input syntax for type integer: "${phone}"`), {
    ...{ code: '22P02', detail: `Key (phone)=(${phone}) exists.`, parameters: [phone, '123456'] },
    ...{ constraint: 'customer_phone_index', table: 'customer' },
    config: { data: '{"password":"hunter2"}', headers: { authorization: `Bearer ${token}` } },
  })
  const line = lineOf(
    { error: new Error(`No message to asha@example.in: ${token}`, { cause }) },
    'x',
  )
  expect(line).not.toMatch(/98765|123456|hunter2|asha@|eyJ/)
  expect(JSON.parse(line).error).toMatchObject({
    ...{ type: 'Error', message: 'No message to [e-mail]: [token]' },
    cause: { code: '22P02', constraint: 'customer_phone_index', table: 'customer' },
  })
})

test('an error that is logged by itself lends no text to the line', () => {
  expect(lineOf(new Error(`No such phone: ${phone}`))).not.toContain('98765')
  expect(lineOf(`No such phone: ${phone}`)).not.toContain('98765')
})

test('ids, instants, ports and places in the code stay readable', () => {
  const id = '0192f000-0000-7000-8000-000000000001'
  const error = new Error(`The row ${id} of 2026-11-21T03:27:18Z at 127.0.0.1:54321`)
  const { error: told } = JSON.parse(lineOf({ error }, 'x'))
  expect(told.message).toBe(error.message)
  expect(told.stack).toMatch(/log\.test\.ts:\d+:\d+/)
})

test('a circle and a line break stay one line', () => {
  const circle: Record<string, unknown> = { name: 'a\r\nb' }
  circle['self'] = circle
  const line = lineOf({ circle, text: 'one\r\ntwo' }, 'three\r\nfour')
  expect(line.trimEnd().split(/\r|\n/)).toHaveLength(1)
})
