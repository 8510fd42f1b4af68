import { openCollector, type Collector, type SeenSpan } from '@forecourt/testing/collector'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startLocalStack, type LocalStack } from './local-stack.ts'
import { codeFor, submit } from './registering.ts'

let collector: Collector
let stack: LocalStack
beforeAll(async () => {
  collector = await openCollector()
  stack = await startLocalStack({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_TRACES_SAMPLER_ARG: '1',
    LOG_LEVEL: 'debug',
  })
}, 150_000)
afterAll(async () => {
  await stack?.stop()
  await collector?.close()
})

const NUMBER = '9812345670'

function childOf(parent: SeenSpan, what: string, is: (span: SeenSpan) => boolean) {
  return collector.next(what, (span) => span.parentSpanId === parent.spanId && is(span))
}

/** What the collector got, and the log of one service said, of one trace. */
const linesOf = (service: string, traceId: string) =>
  stack.lines.filter((line) => line.includes(service) && line.includes(traceId))

test('one trace leads from a request through the outbox into another service, and into both logs', async () => {
  const { status } = await submit(stack, NUMBER, ['MH12TR4321'])
  expect(status).toBe(201)
  await codeFor(stack, `+91${NUMBER}`)

  const door = await collector.next('the request at the gateway', (span) => {
    return span.service === 'gateway' && span.name === 'POST /registrations/*'
  })
  expect(door.parentSpanId).toBeNull()
  const call = await childOf(door, 'the call', ({ kind }) => kind === 'client')
  const server = await childOf(call, 'the request at its service', ({ kind }) => kind === 'server')
  expect(server).toMatchObject({ service: 'customer-vehicle', name: 'POST /registrations' })
  await childOf(server, 'its statements', ({ name }) => name === 'insert outbox')
  await childOf(server, 'its budgets', ({ attributes }) => attributes['db.system.name'] === 'redis')

  const heard = await collector.next('what another service hears', (span) => {
    const { service, kind, traceId } = span
    return service === 'notification' && kind === 'consumer' && traceId === door.traceId
  })
  const emit = await collector.next('who said it', ({ spanId }) => spanId === heard.parentSpanId)
  expect(emit).toMatchObject({ parentSpanId: server.spanId, kind: 'producer' })
  const send = await collector.next('the batch that carried it', ({ links }) => {
    return links.some(({ spanId }) => spanId === emit.spanId)
  })
  expect(send).toMatchObject({ service: 'customer-vehicle', name: 'send', kind: 'producer' })
  await childOf(heard, 'its statements', ({ name }) => name === 'insert message')

  expect(linesOf('gateway', door.traceId)).not.toEqual([])
  expect(linesOf('customer-vehicle', door.traceId)).not.toEqual([])
  expect(linesOf('notification', door.traceId)).not.toEqual([])
})

test('no attribute of any span tells who somebody is, or what was said', async () => {
  const told = JSON.stringify(collector.spans)
  expect(collector.spans.length).toBeGreaterThan(50)
  for (const value of [NUMBER, 'Rahul', 'Deshpande', 'Law College', 'MH12TR4321', '127.0.0.1']) {
    expect(told).not.toContain(value)
  }
  expect(told).not.toContain(await codeFor(stack, `+91${NUMBER}`))
})
