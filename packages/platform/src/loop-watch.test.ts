import { afterEach, expect, test } from 'vitest'
import { openLog } from './log.ts'
import { watchLoop } from './loop-watch.ts'
import { sleep } from './pause.ts'

let end: (() => void) | undefined
afterEach(() => end?.())

function watch(): string[] {
  const lines: string[] = []
  end = watchLoop(openLog('test', 'info', { write: (line) => void lines.push(line) }), 400)
  return lines
}

test('a process that stood still says so afterwards', async () => {
  const lines = watch()
  await sleep(100)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000)
  await expect.poll(() => lines.length).toBeGreaterThan(0)
  const { level, seconds } = JSON.parse(lines[0] ?? '{}') as { level: string; seconds: number }
  expect(level).toBe('error')
  expect(seconds).toBeGreaterThan(0.4)
})
