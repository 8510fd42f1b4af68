import { fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { VehicleRegistered } from '@forecourt/contracts/customer-vehicle-events'
import { caller } from '@forecourt/testing/caller'
import { eventually } from '@forecourt/testing/eventually'
import { asha } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { wrench } from './bicycle/db.ts'
import { bicycles } from './bicycle/service.ts'

let stack: Stack
beforeAll(async () => (stack = await openStack(bicycles)))
afterAll(() => stack?.close())

function gate(name: string): () => void {
  let open: () => void = () => undefined
  wrench.gates.set(name, new Promise((resolve) => (open = resolve)))
  return open
}

async function isReady(url: string): Promise<boolean> {
  return (await fetch(`${url}/readyz`)).ok
}

test('a service that is closed finishes its requests, and ends when it has none', async () => {
  const other = await stack.openAnother()
  await eventually('a ready service', () => isReady(other.url))
  const open = gate('last order')
  const asking = caller(other.url)('POST /bicycles', { as: asha, body: { name: 'last order' } })
  await eventually('a handler', () => wrench.runs.get('buy:last order'))
  const closing = other.close()
  // It listens no more, or says at least that it is about to.
  const late = await fetch(`${other.url}/livez`).then(
    ({ status }) => status,
    ({ cause }: Error) => (cause as { code?: string }).code,
  )
  expect([503, 'ECONNREFUSED']).toContain(late)
  open()
  expect((await asking).status).toBe(201)
  await closing
  const { rowCount } = await stack.admin.query(`select from bicycle where name = 'last order'`)
  expect(rowCount).toBe(1)
})

test('a service that is closed finishes the event in its hands, and leaves the rest', async () => {
  const [first, second] = [randomUUID(), randomUUID()]
  const open = gate('last ride')
  const ride = (vehicleId: string, brand: string, version = 1) => {
    const data = {
      ...{ vehicleId, brand, customerId: vehicleId, serviceCenterIds: [], plate: 'x', model: 'x' },
      ...{ yearOfPurchase: null, status: 'active' },
    }
    return publish(stack, VehicleRegistered, data, { version })
  }
  const id = await ride(first, 'last ride')
  await eventually('a ride', () => wrench.runs.get(`ride:${id}`))
  await ride(first, 'after', 2)
  await ride(second, 'beside')
  const closing = stack.close()
  open()
  await closing
  stack = await openStack(bicycles)
  expect(wrench.runs.get(`ride:${id}`)).toBe(1)
})

test('a process comes up, works, and ends when it is told', async () => {
  const child = fork(new URL('bicycle/main.ts', import.meta.url), {
    env: { ...process.env, ...stack.env, PORT: '0', LOG_LEVEL: 'info', NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const url = await listening(child)
  await eventually('a ready process', () => isReady(url))
  const { data } = await caller(url)('POST /bicycles', { as: asha, body: { name: 'forked' } })
  expect(data.id).toBeTruthy()
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

async function listening(child: ChildProcess): Promise<string> {
  for await (const chunk of child.stdout ?? []) {
    const url = /"url":"([^"]+)"/.exec(String(chunk))?.[1]
    if (url) return url
  }
  throw new Error('The process ended before it listened.')
}
