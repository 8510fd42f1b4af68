import { randomUUID } from 'node:crypto'
import { VehicleRegistered } from '@forecourt/contracts/customer-vehicle-events'
import type { Stop } from '@forecourt/platform/bus'
import { eventually } from '@forecourt/testing/eventually'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { bicycles } from './bicycle/service.ts'

let stack: Stack
beforeAll(async () => (stack = await openStack(bicycles)))
afterAll(() => stack?.close())

const { topic } = VehicleRegistered

/** All under one key, so that they stand in one partition. */
function send(key: string, value: string): Promise<void> {
  return stack.bus.send([{ topic, key, value, headers: {} }])
}

test('when a batch fails, what earlier batches left undone is brought again with it', async () => {
  const key = randomUUID()
  const seen: string[] = []
  let fails = true
  const stop = await stack.bus.consume('undone', [topic], async ({ records, next, commit }) => {
    const values = records.map(({ value }) => String(value))
    seen.push(...values)
    if (values.includes('first')) await commit(records[0]?.offset ?? next)
    if (values.includes('third') && fails) {
      fails = false
      throw new Error('The handler fell.')
    }
    if (seen.filter((value) => value === 'third').length === 2) await commit(next)
  })
  onTestFinished(stop)
  for (const value of ['first', 'second', 'third']) {
    await send(key, value)
    await eventually(value, () => seen.includes(value))
  }
  await eventually('all of them again', () => seen.length >= 6)
  expect(seen).toEqual(['first', 'second', 'third', 'first', 'second', 'third'])
  await eventually('a group without lag', async () => {
    return (await stack.bus.lagOf('undone', [topic])) === 0
  })
})

test('what was not committed is brought to whoever has the partition next', async () => {
  const key = randomUUID()
  /** Reads as a member of one group, and commits nothing; answers the values of our key. */
  async function read(): Promise<{ seen: string[]; stop: Stop }> {
    const seen: string[] = []
    const stop = await stack.bus.consume('handed-on', [topic], async ({ records }) => {
      const own = records.filter((record) => record.key === key)
      seen.push(...own.map(({ value }) => String(value)))
    })
    return { seen, stop }
  }
  const one = await read()
  for (const value of ['alpha', 'beta']) await send(key, value)
  await eventually('both', () => one.seen.length === 2)
  await one.stop()
  const other = await read()
  onTestFinished(other.stop)
  await eventually('both again', () => other.seen.length === 2)
  expect(other.seen).toEqual(['alpha', 'beta'])
})
