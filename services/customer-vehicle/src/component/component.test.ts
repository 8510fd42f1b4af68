import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { nextServiceDate, readComponents, statusWithIssue } from './component.ts'

const table = readFileSync(
  new URL('../../reference/vehicle-components.csv', import.meta.url),
  'utf8',
)

test('every vehicle begins with the components that events speak of, and nobody knows how they are', () => {
  const components = readComponents(table)
  expect(new Set(components.map(({ status }) => status))).toEqual(new Set(['unknown']))
  expect(components.find(({ componentId }) => componentId === 'brakes')).toMatchObject({
    name: 'Brakes',
    category: 'chassis',
    serviceIntervalDays: 365,
  })
  expect(() => readComponents(table.replace('brakes,', 'wings,'))).toThrow(/not those/)
})

test.each([
  ['2026-11-21', 365, '2027-11-21'],
  ['2028-02-28', 2, '2028-03-01'],
  [null, 365, null],
  ['2026-11-21', null, null],
])('after a service on %s and each %s days, the next is on %s', (last, days, next) => {
  expect(nextServiceDate({ lastServiceDate: last, serviceIntervalDays: days })).toBe(next)
})

test.each([
  ['healthy', 'low', 'warning'],
  ['unknown', 'high', 'warning'],
  ['critical', 'low', 'critical'],
  ['healthy', 'critical', 'critical'],
] as const)('what was %s and has a %s issue is %s', (status, severity, after) => {
  expect(statusWithIssue(status, { severity })).toBe(after)
})
