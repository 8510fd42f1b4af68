import { expect, test } from 'vitest'
import { QuietHours, quietUntil } from './quiet-hours.ts'

const nights = QuietHours.parse('21:00-09:00')
const noon = QuietHours.parse('12:30-13:30')

test.each([
  ['before midnight', nights, '2026-11-21T17:00:00Z', '2026-11-22T03:30:00Z'],
  ['after midnight', nights, '2026-11-21T20:00:00Z', '2026-11-22T03:30:00Z'],
  ['at its first minute', nights, '2026-11-21T15:30:00Z', '2026-11-22T03:30:00Z'],
  ['within one day', noon, '2026-11-21T07:30:00Z', '2026-11-21T08:00:00Z'],
])('quiet time %s ends at its end in the zone of the center', (_, hours, now, until) => {
  expect(quietUntil(hours, now, 'Asia/Kolkata')).toBe(until)
})

test.each([
  ['at its end', nights, '2026-11-21T03:30:00Z'],
  ['by day', nights, '2026-11-21T10:00:00Z'],
  ['where nobody has decided any', QuietHours.parse(''), '2026-11-21T20:00:00Z'],
])('nothing rests %s', (_, hours, now) => {
  expect(quietUntil(hours, now, 'Asia/Kolkata')).toBeNull()
})

test.each(['21-09', '25:00-09:00', '09:00-09:00', 'night'])('%s is no quiet time', (text) => {
  expect(QuietHours.safeParse(text).success).toBe(false)
})
