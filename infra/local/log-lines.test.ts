import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { readable } from './log-lines.ts'

function shown(line: object): string {
  return stripVTControlCharacters(readable(JSON.stringify(line)))
}

const error = {
  type: 'Error',
  message: 'Temporarily out of service.',
  stack: 'Error: Temporarily out of service.\n    at there',
  cause: { message: 'connect ECONNREFUSED', stack: 'Error: connect ECONNREFUSED\n    at here' },
}

test('a warning is one line, with what caused it', () => {
  const line = shown({ level: 'warn', time: '2026-01-31T09:30:00.000Z', msg: 'refused', error })
  expect(line).toBe('09:30:00.000 refused  Temporarily out of service. ← connect ECONNREFUSED')
})

test('an error shows where it happened', () => {
  expect(shown({ level: 'error', msg: 'failed', error })).toContain('\n    at there')
})

test('a line that is no JSON is shown as it is', () => {
  expect(readable('{ not json')).toBe('{ not json')
})
