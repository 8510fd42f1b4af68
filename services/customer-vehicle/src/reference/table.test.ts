import { expect, test } from 'vitest'
import { foldName, readTable, splitCell } from './table.ts'

test('a table becomes rows by column name', () => {
  expect(readTable('code,name\r\n27,Maharashtra\r\n24,\n', ['code', 'name'])).toEqual([
    { code: '27', name: 'Maharashtra' },
    { code: '24', name: '' },
  ])
})

test.each(['', 'name,code\n', 'code,name\n27\n', 'code,name\n27,a,b\n', 'code,name\n27,"a"\n'])(
  'the malformed table %j is refused',
  (text) => {
    expect(() => readTable(text, ['code', 'name'])).toThrow(/The table/)
  },
)

test('a cell holds no, one or several values', () => {
  expect([splitCell(''), splitCell('a'), splitCell('a;b')]).toEqual([[], ['a'], ['a', 'b']])
})

test('names are compared without case, accents, spaces and punctuation', () => {
  expect(foldName('  Jammu & KASHMIR ')).toBe(foldName('jammu and kashmir'))
  expect(foldName('Citroën')).toBe('citroen')
})
