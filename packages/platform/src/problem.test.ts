import { describe, expect, test } from 'vitest'
import { asProblem, isContention, isOutage, problem } from './problem.ts'

function fault(code: string, message = 'It failed.'): Error {
  return Object.assign(new Error(message), { code })
}

describe('is an outage, worth a repetition:', () => {
  test.each([
    ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'],
    ...['EHOSTUNREACH', '57P01', '57P02', '57P03', '53100', '53300', '08006', '25P03'],
  ])('the code %s', (code) => {
    expect(isOutage(fault(code))).toBe(true)
    expect(isOutage(new Error('A wrapper.', { cause: fault(code) }))).toBe(true)
    expect(asProblem(fault(code))).toMatchObject({ status: 503, details: { retryAfterS: 2 } })
  })

  test.each([
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
    'Reached the max retries per request limit (which is 1).',
    'Connection is closed.',
    'Command timed out',
  ])('"%s"', (message) => expect(isOutage(new Error(message))).toBe(true))
})

test.each(['23505', '42P01', '22P02', '', 'ENOENT'])('%s is no outage', (code) => {
  expect(isOutage(fault(code))).toBe(false)
  expect(asProblem(fault(code)).status).toBe(500)
})

test('what met another transaction is repeated, and is unavailable when it always meets', () => {
  for (const code of ['40001', '40P01']) {
    expect(isContention(fault(code))).toBe(true)
    expect(asProblem(fault(code)).status).toBe(503)
  }
  expect(isContention(fault('0A000', 'cached plan must not change result type'))).toBe(true)
  expect(isContention(fault('0A000', 'this is not supported'))).toBe(false)
})

test('a statement that took all its time is our outage, not our bug', () => {
  expect(asProblem(fault('57014')).status).toBe(503)
})

test('a number that no column holds is the fault of whoever asked for it', () => {
  expect(asProblem(fault('22003'))).toMatchObject({ reason: 'number_out_of_range', status: 422 })
})

test('what was thrown as no error at all is ours', () => {
  expect(asProblem('oops')).toMatchObject({ reason: 'server_failed', status: 500 })
  expect(asProblem(undefined).status).toBe(500)
})

test('a problem says what its reason says, with its details filled in', () => {
  const broken = problem('state_forbids', { status: 'sold' })
  expect(broken.message).toBe('This cannot be done while the status is sold.')
  expect(asProblem(broken)).toBe(broken)
})
