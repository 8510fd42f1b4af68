import { expect, test } from 'vitest'
import { dayIn } from './service-center.ts'

test.each([
  ['2026-11-20T18:29:59Z', 'Asia/Kolkata', '2026-11-20'],
  ['2026-11-20T18:30:00Z', 'Asia/Kolkata', '2026-11-21'],
  ['2026-12-31T20:00:00Z', 'Asia/Dubai', '2027-01-01'],
  ['2026-12-31T19:00:00Z', null, '2027-01-01'],
])('%s is in %s the day %s', (at, timeZone, day) => {
  expect(dayIn(timeZone, at)).toBe(day)
})
