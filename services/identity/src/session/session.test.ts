import { expect, test } from 'vitest'
import { judge } from './session.ts'

const session = { tokenHash: 'now', previousHash: 'before', endedAt: null }
const fresh = { isExpired: false, isInGrace: true }

test.each([
  ['the current token is exchanged', { hash: 'now' }, 'current'],
  ['the previous one meets its successor for a while', { hash: 'before' }, 'previous'],
  ['and is a copy afterwards', { hash: 'before', isInGrace: false }, 'reused'],
  ['an older one is a copy at any time', { hash: 'long ago' }, 'reused'],
  ['a token that ran out is dead', { hash: 'now', isExpired: true }, 'dead'],
  [
    'a token of an ended session is dead, and not ended again',
    { hash: 'before', isInGrace: false, session: { ...session, endedAt: '2026-11-21T00:00:00Z' } },
    'dead',
  ],
])('%s', (_promise, presented, verdict) => {
  expect(judge({ session, ...fresh, ...presented })).toBe(verdict)
})
