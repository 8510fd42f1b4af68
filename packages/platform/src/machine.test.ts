import { describe, expect, test } from 'vitest'
import { lifecycle, type BicycleRow } from '../test/bicycle/bicycle.ts'
import { available, forbids, machine } from './machine.ts'

function bicycle(status: string, changes: Partial<BicycleRow> = {}): BicycleRow {
  const at = '2026-11-21T00:00:00Z'
  return {
    ...{ id: '0192f000-0000-7000-8000-00000000b1c7', serviceCenterId: null, ownerId: null },
    ...{ name: 'Atlas', color: null, priceMinor: 0, boughtOn: null, status, extras: {} },
    ...{ secretNote: null, version: 1, createdAt: at, updatedAt: at, ...changes },
  }
}

const moves = Object.entries(lifecycle.moves)

describe.each(moves)('%s', (_, move) => {
  test.each(lifecycle.states.map((state) => [state, move.from.some((from) => from === state)]))(
    'from %s: %s',
    (state, isAllowed) => {
      expect(forbids(move, bicycle(state))).toBe(isAllowed ? undefined : 'state_forbids')
    },
  )
})

test('a rule that does not hold forbids the move by its name, once the state allows it', () => {
  const { sell } = lifecycle.moves
  expect(forbids(sell, bicycle('ready', { color: 'pink' }))).toBe('consent_missing')
  expect(forbids(sell, bicycle('new', { color: 'pink' }))).toBe('state_forbids')
})

test('what is available follows state, rules and permissions', () => {
  const all = () => true
  expect(available(lifecycle, bicycle('new'), all)).toEqual(['prepare', 'scrap'])
  expect(available(lifecycle, bicycle('ready'), all)).toEqual(['sell', 'scrap'])
  expect(available(lifecycle, bicycle('ready', { color: 'pink' }), all)).toEqual(['scrap'])
  expect(available(lifecycle, bicycle('sold'), all)).toEqual([])
  const advisor = (permission: string) => permission === 'customer.update'
  expect(available(lifecycle, bicycle('ready'), advisor)).toEqual(['scrap'])
  expect(available(lifecycle, bicycle('ready'), () => false)).toEqual([])
})

test('a state that no move leads to is refused at import', () => {
  const declare = () =>
    machine<BicycleRow>()({
      states: ['new', 'ready', 'lost', 'stolen'],
      start: 'new',
      moves: {
        prepare: { from: ['new'], to: 'ready', may: 'public' },
        find: { from: ['stolen'], to: 'lost', may: 'public' },
      },
    })
  expect(declare).toThrow('No move leads to lost, stolen.')
})
