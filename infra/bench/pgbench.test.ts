import { expect, test } from 'vitest'
import { scriptOf } from './pgbench.ts'
import type { Statement } from './recording.ts'

const request = (id: string, key: string, at: string): Statement[] => [
  { text: 'begin', values: [] },
  { text: 'insert into bicycle (id, key, name) values ($1, $2, $3)', values: [id, key, 'Asha'] },
  { text: 'update bicycle set sold_at = $2, note = $3 where id = $1', values: [id, at, null] },
  { text: 'commit', values: [] },
]

test('an id that differs from request to request is a fresh one in each transaction', () => {
  const { text, variables } = scriptOf(
    request('0192f000-0000-7000-8000-000000000001', 'first-key', '2026-11-21T08:00:00Z'),
    request('0192f000-0000-7000-8000-000000000002', 'other-key', '2026-11-21T09:00:00Z'),
  )
  const id = "(md5((:n)::text || '0'))::uuid"
  expect(text.split('\n')).toEqual([
    '\\set n random(1, 1000000000000000)',
    'begin;',
    `insert into bicycle (id, key, name) values (${id}, (md5((:n)::text || '1'))::text, :v0);`,
    `update bicycle set sold_at = :v1, note = null where id = ${id};`,
    'commit;',
    '',
  ])
  expect(variables).toEqual({ v0: 'Asha', v1: '2026-11-21T08:00:00Z' })
})
