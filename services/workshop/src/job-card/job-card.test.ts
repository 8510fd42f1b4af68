import { testMoves } from '@forecourt/testing/matrix'
import { expect, test } from 'vitest'
import type { PartsRequestLineRow } from '../parts-request/parts-request.ts'
import { usedOf } from './complete.queries.ts'
import { lifecycle } from './job-card.queries.ts'
import type { JobCardRow } from './job-card.ts'

testMoves('job card', lifecycle, { partsOpen: 0 } as Omit<JobCardRow, 'status'>)

const line = (id: string, itemId: string, quantityMilli: number) =>
  ({ id, itemId, itemName: itemId, quantityMilli, isWarranty: false }) as PartsRequestLineRow

const reserved = [line('1', 'oil', 3_000), line('2', 'pad', 1_000), line('3', 'oil', 1_000)]
const usage = (lines: PartsRequestLineRow[]) => lines.map(({ usedMilli }) => usedMilli)

test('everything that was reserved was used, unless it is said otherwise', () => {
  expect(usage(usedOf(reserved, undefined))).toEqual([3_000, 1_000, 1_000])
  expect(usage(usedOf(reserved, []))).toEqual([0, 0, 0])
})

test('what was used of an item is taken from its lines in their order', () => {
  const used = usedOf(reserved, [{ itemId: 'oil', quantity: 3_500, isWarranty: false }])
  expect(usage(used)).toEqual([3_000, 0, 500])
})

test('a part under warranty stands apart from one that is paid for', () => {
  const used = usedOf(reserved, [
    { itemId: 'oil', quantity: 3_000, isWarranty: true, warrantyNumber: 'W-1' },
    { itemId: 'oil', quantity: 1_000, isWarranty: false },
  ])
  expect(used.map(({ isWarranty }) => isWarranty)).toEqual([true, false, false])
  expect(usage(used)).toEqual([3_000, 0, 1_000])
})

test('more than was reserved is refused by name', () => {
  const most = [{ itemId: 'pad', quantity: 1_001, isWarranty: false }]
  expect(() => usedOf(reserved, most)).toThrow(/reserved of: pad/)
})
