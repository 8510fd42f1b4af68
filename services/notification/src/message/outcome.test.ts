import { expect, test } from 'vitest'
import { outcomeOf as emailOutcome } from './email.adapter.ts'
import { outcomeOf as twilioOutcome } from './twilio.adapter.ts'

test.each([
  ['is not there', { code: 'ECONNREFUSED' }, 'busy'],
  ['has no name', { code: 'EAI_AGAIN' }, 'busy'],
  ['broke off', { code: 'ECONNRESET' }, 'unknown'],
  ['said nothing in time', { code: 'ECONNABORTED' }, 'unknown'],
  ['failed', { status: 500, code: 20500 }, 'busy'],
  ['is full', { status: 429, code: 20429 }, 'busy'],
  ['was behind a gateway that gave up', { status: 504 }, 'unknown'],
  ['does not know our account', { status: 401, code: 20003 }, 'busy'],
  ['does not know the number', { status: 400, code: 21211 }, 'refused'],
])('when Twilio %s the message is kept, asked about or given up', (_, error, kind) => {
  expect(twilioOutcome(error).kind).toBe(kind)
})

test.each([
  ['is not there', { code: 'ECONNREFUSED' }, 'busy'],
  ['never greets', { code: 'ETIMEDOUT', timeoutType: 'GREETING_TIMEOUT' }, 'busy'],
  ['broke off', { code: 'ECONNECTION' }, 'unknown'],
  ['said nothing in time', { code: 'ETIMEDOUT', timeoutType: 'SOCKET_TIMEOUT' }, 'unknown'],
  ['asks for patience', { code: 'EENVELOPE', responseCode: 450 }, 'busy'],
  ['does not know us', { code: 'EAUTH', responseCode: 535 }, 'busy'],
  ['does not know the address', { code: 'EENVELOPE', responseCode: 550 }, 'refused'],
  ['was given no address', { code: 'EENVELOPE' }, 'refused'],
])('when the mail server %s the message is kept, sent again or given up', (_, error, kind) => {
  expect(emailOutcome(error).kind).toBe(kind)
})
