import { expect, test } from 'vitest'
import { Problem } from './problem.ts'
import { seatsOf } from './seats.ts'

test('so many run at once, so many wait, and whoever comes then is sent away', async () => {
  const seats = seatsOf(2, 3)
  const inside = new Set<number>()
  let most = 0
  const works = Array.from({ length: 6 }, (_, at) =>
    seats.within(async () => {
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

test('work that fails gives its seat to the next', async () => {
  const seats = seatsOf(1, 1)
  const fault = seats.within(() => Promise.reject(new Error('no picture')))
  const next = seats.within(async () => 'done')
  await expect(fault).rejects.toThrow('no picture')
  expect(await next).toBe('done')
  await expect(seats.within(() => Promise.resolve('again'))).resolves.toBe('again')
})

test('who is sent away is told when to come again', async () => {
  const refused = seatsOf(0, 0).within(async () => 'never')
  await expect(refused).rejects.toThrow(Problem)
  await expect(refused).rejects.toMatchObject({ status: 503, details: { retryAfterS: 5 } })
})
