import { expect, test } from 'vitest'
import { chanceOf } from './chance.ts'
import { engines, programs, scheduleOf, type Fault } from './schedule.ts'

function deaths(seed: number, kills: number): string[] {
  return scheduleOf(seed, kills).flatMap(({ fault }) => (fault.act === 'kill' ? fault.victims : []))
}

test('the same seed gives the same faults at the same moments, another seed others', () => {
  expect(scheduleOf(7, 40)).toEqual(scheduleOf(7, 40))
  expect(scheduleOf(8, 40)).not.toEqual(scheduleOf(7, 40))
})

test.each([1, 2, 30, 61])('a campaign of %i kills has exactly so many', (kills) => {
  for (let seed = 1; seed <= 20; seed += 1) expect(deaths(seed, kills)).toHaveLength(kills)
})

test('thirty kills spare nobody', () => {
  const everybody = new Set([...programs, ...engines, 'backend'])
  for (let seed = 1; seed <= 20; seed += 1) expect(new Set(deaths(seed, 30))).toEqual(everybody)
})

test('whoever dies together are two', () => {
  const pairs = Array.from({ length: 20 }, (_, seed) => scheduleOf(seed, 60))
    .flat()
    .flatMap(({ fault }) => (fault.act === 'kill' && fault.victims[1] ? [fault.victims] : []))
  expect(pairs.length).toBeGreaterThan(20)
  for (const pair of pairs) expect(new Set(pair).size).toBe(2)
})

test('between kills there is every kind of fault that does not kill', () => {
  const faults = Array.from({ length: 20 }, (_, seed) => scheduleOf(seed, 60)).flat()
  const acts = new Set(faults.map(({ fault }: { fault: Fault }) => fault.act))
  expect(acts).toEqual(new Set(['kill', 'freeze', 'cut', 'depose', 'disturb']))
})

test('a fork of chance is moved by nobody else', () => {
  const [one, other] = [chanceOf('seed'), chanceOf('seed')]
  other.share()
  expect(one.fork('client').share()).toBe(other.fork('client').share())
  expect(one.fork('client').share()).not.toBe(one.fork('another').share())
})

test('chance stays within what was asked, and reaches both ends', () => {
  const chance = chanceOf('bounds')
  const drawn = Array.from({ length: 500 }, () => chance.between(3, 6))
  expect(new Set(drawn)).toEqual(new Set([3, 4, 5, 6]))
  expect(() => chance.pick([])).toThrow('nothing to pick')
})
