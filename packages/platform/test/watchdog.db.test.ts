import { fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { VehicleRegistered } from '@forecourt/contracts/customer-vehicle-events'
import { eventually } from '@forecourt/testing/eventually'
import { publish } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest'
import { bicycles } from './bicycle/service.ts'
import { proxyBroker, type BrokerProxy } from './broker-proxy.ts'

let proxy: BrokerProxy
let stack: Stack
let child: ChildProcess | undefined
beforeAll(async () => {
  proxy = await proxyBroker(inject('kafkaBrokers'))
  // The consumers run in the child alone.
  stack = await openStack(bicycles, { ROLE: 'api' })
})
afterEach(async () => {
  proxy.mend()
  if (child?.exitCode === null) await end(child)
})
afterAll(async () => {
  await stack?.close()
  await proxy?.close()
})

function start(): ChildProcess {
  const env = {
    ...{ ...process.env, ...stack.env, PORT: '0', ROLE: 'worker' },
    ...{ KAFKA_BROKERS: proxy.brokers, CONSUMER_STALL_MS: '12000' },
  }
  child = fork(new URL('bicycle/main.ts', import.meta.url), { env, execArgv: [], stdio: 'inherit' })
  return child
}

async function end(process: ChildProcess): Promise<unknown> {
  process.kill('SIGTERM')
  const [code] = (await once(process, 'exit')) as unknown[]
  return code
}

/** Says that a vehicle was registered; the consumer lets it take a ride. */
function register(vehicleId: string): Promise<string> {
  const data = {
    ...{ vehicleId, brand: 'Tata', customerId: vehicleId, serviceCenterIds: [], plate: 'x' },
    ...{ model: 'x', yearOfPurchase: null, status: 'active' as const },
  }
  return publish(stack, VehicleRegistered, data)
}

async function ridesOf(vehicleId: string): Promise<number | null> {
  const { rowCount } = await stack.admin.query('select from ride where bicycle = $1', [vehicleId])
  return rowCount
}

test('a process whose broker answers, but gives it nothing to read, ends; the next one goes on', async () => {
  const [before, during] = [randomUUID(), randomUUID()]
  const first = start()
  await register(before)
  await eventually('a first ride', () => ridesOf(before), 60_000)
  proxy.withhold()
  const ended = once(first, 'exit')
  await register(during)
  expect(await ended).toEqual([1, null])
  expect(await ridesOf(during)).toBe(0)
  proxy.mend()
  const second = start()
  await eventually('the ride after it', () => ridesOf(during), 60_000)
  expect([await ridesOf(before), await ridesOf(during)]).toEqual([1, 1])
  expect(await end(second)).toBe(0)
}, 240_000)
