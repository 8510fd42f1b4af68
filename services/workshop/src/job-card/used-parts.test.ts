import { expect, test } from 'vitest'
import type { PartsRequestLineRow } from '../parts-request/parts-request.ts'
import { allotParts } from './used-parts.ts'

const line = (id: string, itemId: string, quantityMilli: number, atCompletion = false) =>
  ({ id, itemId, quantityMilli, isWarranty: false, atCompletion }) as PartsRequestLineRow

const reserved = [line('1', 'oil', 3_000), line('2', 'pad', 1_000), line('3', 'oil', 1_000)]
const used = (itemId: string, quantity: number, isWarranty = false) => ({
  itemId,
  quantity,
  isWarranty,
})
const usage = ({ lines }: ReturnType<typeof allotParts>) => lines.map((part) => part.usedMilli)

test('everything that was reserved was used, unless it is said otherwise', () => {
  expect(usage(allotParts(reserved, undefined))).toEqual([3_000, 1_000, 1_000])
  expect(usage(allotParts(reserved, []))).toEqual([0, 0, 0])
})

test('what a completion that failed had asked for was not used, unless it is said', () => {
  const parts = [...reserved, line('4', 'pad', 2_000, true)]
  expect(usage(allotParts(parts, undefined))).toEqual([3_000, 1_000, 1_000, 0])
  expect(usage(allotParts(parts, [used('pad', 3_000)]))).toEqual([0, 1_000, 0, 2_000])
})

test('what was used of an item is taken from its lines in their order', () => {
  expect(usage(allotParts(reserved, [used('oil', 3_500)]))).toEqual([3_000, 0, 500])
})

test('a part under warranty stands apart from one that is paid for', () => {
  const allotted = allotParts(reserved, [
    { ...used('oil', 3_000, true), warrantyNumber: 'W-1' },
    used('oil', 1_000),
  ])
  expect(allotted.lines.map(({ isWarranty }) => isWarranty)).toEqual([true, false, false])
  expect(usage(allotted)).toEqual([3_000, 0, 1_000])
})

test('what is beyond the lines is missing, each item once', () => {
  const allotted = allotParts(reserved, [
    used('pad', 1_001),
    used('pad', 500, true),
    used('bulb', 2_000),
  ])
  expect(allotted.missing).toEqual([
    { itemId: 'pad', quantity: 501 },
    { itemId: 'bulb', quantity: 2_000 },
  ])
})
