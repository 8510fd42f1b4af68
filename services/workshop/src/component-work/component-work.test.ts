import { expect, test } from 'vitest'
import { changeIn, componentsIn, proposalsOf } from './component-work.ts'

test.each([
  ['Front brake service', ['brakes']],
  ['Engine oil and filter change', ['engine_oil']],
  ['Brake oil change', ['brakes']],
  ['Brake light bulb', ['lights']],
  ['Engine overhaul', ['engine']],
  ['AC gas top-up', ['ac']],
  ['Accident report', []],
  ['Wheel alignment, tyre rotation', ['steering', 'tyres']],
  ['Replace timing belt and coolant', ['engine', 'cooling']],
  ['Replace wiper blades', ['body']],
  ['Regular service', []],
])('%s is work on %j', (text, components) => {
  expect(componentsIn(text)).toEqual(components)
})

test.each([
  ['Battery check', 'inspected'],
  ['Replace battery', 'replaced'],
  ['Repair of a puncture', 'repaired'],
  ['Brake service', undefined],
])('%s means %s', (text, change) => {
  expect(changeIn(text)).toBe(change)
})

const step = { lineId: '1', serviceType: 'regular', isDone: true }

test('the price of a step is parted among its components, and none of it is lost', () => {
  const description = 'Service brakes, battery and lights'
  const proposals = proposalsOf([{ ...step, description, costMinor: 100_000 }])
  expect(proposals.map(({ componentId }) => componentId)).toEqual(['lights', 'brakes', 'battery'])
  expect(proposals.map(({ costMinor }) => costMinor)).toEqual([33_334, 33_333, 33_333])
})

test('what was only looked at stays as it was', () => {
  const [proposal] = proposalsOf([{ ...step, description: 'Check brakes', costMinor: 0 }])
  expect(proposal).toMatchObject({ change: 'inspected', status: null })
})
