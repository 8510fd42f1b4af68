import { expect, test } from 'vitest'
import { startingTemplates } from '../template/starting-templates.ts'
import { amountOf, dayOf } from './occasion.ts'
import { visitOccasions } from './visit-occasions.ts'

test('each event has one occasion', () => {
  const names = visitOccasions.map(({ contract }) => contract.name)
  expect(new Set(names).size).toBe(names.length)
})

test('there is a text for every letter by each of its channels', () => {
  const texts = new Set(startingTemplates.map(({ name, channel }) => `${name} ${channel}`))
  const wanted = visitOccasions.flatMap(({ letters }) =>
    letters.flatMap(({ template, channels }) =>
      channels.map((channel) => `${template} ${channel}`),
    ),
  )
  expect(wanted.filter((text) => !texts.has(text))).toEqual([])
})

test('every starting text of a visit is sent on some occasion', () => {
  const sent = visitOccasions.flatMap(({ letters }) => letters.map(({ template }) => template))
  const known = startingTemplates
    .filter(({ event }) => /^(?:workshop|billing)\./.test(event))
    .map(({ name }) => name)
  expect(new Set(known)).toEqual(new Set(sent))
})

test('amounts are grouped as Indians write them', () => {
  expect(amountOf(11_805_000, 'INR')).toBe('₹1,18,050.00')
})

test('a day is told with its time, when there is one', () => {
  expect(dayOf('2026-12-01', '10:30')).toBe('1 December 2026, 10:30')
  expect(dayOf('2026-12-01', null)).toBe('1 December 2026')
  expect(dayOf(null, null)).toBe('the agreed day')
})
