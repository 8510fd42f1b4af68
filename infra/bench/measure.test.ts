import { expect, test } from 'vitest'
import { measure, median, resultOf } from './measure.ts'
import type { BenchRow, Measured } from './row.ts'
import type { Stage } from './stage.ts'

test('the median of an even number of values lies between the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
})

test("a figure is judged by the median of the rounds' ratios, not by the ratio of medians", () => {
  const round = (ours: number, reference: number) => ({
    ours: { rate: ours },
    reference: { rate: reference },
  })
  const result = resultOf('rate', [round(10, 20), round(30, 40), round(90, 100)])
  expect(result).toEqual({
    ours: 30,
    reference: 40,
    judged: 0.75,
    low: 0.5,
    high: 0.9,
    rounds: 3,
  })
})

test('a figure without reference is judged by itself, and a missing one is an error', () => {
  const rounds = [3, 1, 2].map((ours) => ({ ours: { ms: ours }, reference: undefined }))
  expect(resultOf('ms', rounds)).toMatchObject({ judged: 2, reference: null, low: 1, high: 3 })
  expect(() => resultOf('rate', rounds)).toThrow('rate was not measured')
})

test('the sides take turns in going first, and the first round is not counted', async () => {
  const order: string[] = []
  let turn = 0
  const side = (name: string) => async (): Promise<Measured> => {
    order.push(name)
    turn += 1
    return { rate: turn }
  }
  const row: BenchRow = {
    name: 'row',
    figures: { rate: { what: 'a rate', unit: '1/s', reference: 'another' } },
    open: async () => ({
      ours: side('ours'),
      reference: side('reference'),
      close: async () => void order.push('closed'),
    }),
  }
  const { rate } = await measure(row, {} as Stage, 2)
  expect(order).toEqual([
    ...['ours', 'reference'],
    ...['ours', 'reference'],
    ...['reference', 'ours'],
    'closed',
  ])
  expect(rate).toMatchObject({ rounds: 2, low: 3 / 4, high: 6 / 5 })
})
