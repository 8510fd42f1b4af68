import { Problem } from '@forecourt/platform/problem'
import { expect, test } from 'vitest'
import { gate } from './gate.adapter.ts'

test('so many run at once, so many wait, and whoever comes then is sent away', async () => {
  const enter = gate(2, 3)
  const inside = new Set<number>()
  let most = 0
  const works = Array.from({ length: 6 }, (_, at) =>
    enter(async () => {
      inside.add(at)
      most = Math.max(most, inside.size)
      await new Promise((resolve) => setTimeout(resolve, 5))
      inside.delete(at)
      return at
    }),
  )
  const ends = await Promise.allSettled(works)
  expect(most).toBe(2)
  expect(ends.slice(0, 5)).toEqual([0, 1, 2, 3, 4].map((value) => ({ status: 'fulfilled', value })))
  expect(ends[5]).toMatchObject({ status: 'rejected', reason: { reason: 'service_unavailable' } })
})

test('work that fails gives its place to the next', async () => {
  const enter = gate(1, 1)
  const fault = enter(() => Promise.reject(new Error('no picture')))
  const next = enter(async () => 'done')
  await expect(fault).rejects.toThrow('no picture')
  expect(await next).toBe('done')
  await expect(enter(() => Promise.resolve('again'))).resolves.toBe('again')
})

test('who is sent away is told when to come again', async () => {
  const refused = gate(0, 0)(async () => 'never')
  await expect(refused).rejects.toThrow(Problem)
  await expect(refused).rejects.toMatchObject({ status: 503, details: { retryAfterS: 5 } })
})
