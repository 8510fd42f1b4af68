import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openLog } from './log.ts'
import { startWatchdog, type Watchdog } from './watchdog.ts'

let dog: Watchdog | undefined
// The clock is moved by hand: how busy the machine is must not look like a consumer's stand.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(async () => {
  await dog?.stop()
  vi.useRealTimers()
})

function watch(lagOf: () => Promise<number>): string[] {
  const ended: string[] = []
  dog = startWatchdog({
    bus: { lagOf },
    log: openLog('test', 'silent'),
    groups: () => [{ group: 'g', topics: ['t'] }],
    stalled: (group) => ended.push(group),
    stallMs: 100,
  })
  return ended
}

test('a consumer that has lag and does not move is reported', async () => {
  const ended = watch(async () => 5)
  await vi.advanceTimersByTimeAsync(60)
  expect(ended).toEqual([])
  await vi.advanceTimersByTimeAsync(150)
  expect(ended[0]).toBe('g')
})

test('a consumer that moves, however slowly, is left alone', async () => {
  const ended = watch(async () => 5)
  for (let beats = 0; beats < 8; beats += 1) {
    await vi.advanceTimersByTimeAsync(40)
    dog?.moved('g')
  }
  expect(ended).toEqual([])
})

test('a consumer that has nothing to do may stand still', async () => {
  const ended = watch(async () => 0)
  await vi.advanceTimersByTimeAsync(250)
  expect(ended).toEqual([])
})

test('while the broker is away nobody is to blame', async () => {
  const ended = watch(() => Promise.reject(new Error('The broker is away.')))
  await vi.advanceTimersByTimeAsync(250)
  expect(ended).toEqual([])
})
