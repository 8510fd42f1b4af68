import { expect, test } from 'vitest'
import { Day } from './day.ts'

test.each(['1900-01-01', '2024-02-29', '2026-01-31', '2199-12-31'])('%s is a day', (day) => {
  expect(Day.parse(day)).toBe(day)
})

test.each([
  ...['0000-01-01', '0001-01-01', '1899-12-31', '2200-01-01', '9999-12-31'],
  ...['2026-02-30', '31.01.2026', '2026-01-31T00:00:00Z', ''],
])('%s is none', (day) => {
  expect(Day.safeParse(day).success).toBe(false)
})
