import { randomBytes, randomUUID, randomUUIDv7 } from 'node:crypto'
import { VehicleRegistered } from '@forecourt/contracts/customer-vehicle-events'
import { recordOf } from '@forecourt/platform/cloud-event'
import { openCollector, type Collector, type SeenSpan } from '@forecourt/testing/collector'
import { asha } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bicycles } from './bicycle/service.ts'

const opened = 'identity.service-center.opened.v1'

let collector: Collector
let stack: Stack
beforeAll(async () => {
  collector = await openCollector()
  stack = await openStack(bicycles, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    // Only what a caller has drawn is recorded here.
    OTEL_TRACES_SAMPLER_ARG: '0',
  })
})
afterAll(async () => {
  await stack?.close()
  await collector?.close()
})

function traceparent(isRecorded = true) {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')]
  return { traceId, spanId, header: `00-${traceId}-${spanId}-${isRecorded ? '01' : '00'}` }
}

function buy(name: string, headers: Record<string, string>) {
  return stack.call('POST /bicycles', { as: asha, body: { name }, headers })
}

const spansOf = ({ traceId }: { traceId: string }) =>
  collector.spans.filter((span) => span.traceId === traceId)

async function ride(vehicleId: string, header: string): Promise<void> {
  const { topic, type, service } = VehicleRegistered
  const data = {
    ...{ vehicleId, brand: 'echo', customerId: vehicleId, serviceCenterIds: [] },
    ...{ plate: 'x', model: 'x', yearOfPurchase: null, status: 'active' },
  }
  const row = { seq: 0, id: randomUUIDv7(), topic, key: vehicleId, type, subject: vehicleId }
  const headers = { traceparent: header }
  const createdAt = new Date().toISOString()
  const told = { ...row, version: 1, headers, createdAt, data: JSON.stringify(data) }
  await stack.bus.send([recordOf(service, told)])
}

describe('a request that is recorded', () => {
  const caller = traceparent()
  let server: SeenSpan
  beforeAll(async () => {
    await buy('Hercules Asha', { traceparent: caller.header })
    server = await collector.next('the request', ({ traceId, kind }) => {
      return traceId === caller.traceId && kind === 'server'
    })
  })

  test('has one span under its caller, named by its route', () => {
    expect(server).toMatchObject({
      service: 'identity',
      parentSpanId: caller.spanId,
      name: 'POST /bicycles',
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/bicycles',
        'http.response.status_code': 201,
      },
      hasFailed: false,
    })
  })

  test('has a span for each statement and command below its own', () => {
    const below = spansOf(caller).filter(({ parentSpanId }) => parentSpanId === server.spanId)
    const names = below.map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining(['eval', 'insert bicycle', 'insert outbox', 'commit']),
    )
    const insert = below.find(({ name }) => name === 'insert bicycle')
    expect(insert?.attributes).toMatchObject({
      'db.system.name': 'postgresql',
      'db.operation.name': 'insert',
      'db.query.text': expect.stringMatching(/^insert into "bicycle" .* values \(\$1, /),
    })
    const command = below.find(({ name }) => name === 'eval')
    expect(command?.attributes).toEqual({ 'db.system.name': 'redis', 'db.operation.name': 'eval' })
  })

  test('hands its trace to its events, and the batch that brings them to the broker is linked', async () => {
    const event = await stack.topics.next(opened, ({ data }) => data?.['name'] === 'Hercules Asha')
    const [, traceId, spanId = ''] = event.headers['traceparent']?.split('-') ?? []
    expect(traceId).toBe(caller.traceId)
    const emit = await collector.next('the emit', (span) => span.spanId === spanId)
    expect(emit).toMatchObject({
      kind: 'producer',
      parentSpanId: server.spanId,
      attributes: { 'messaging.system': 'kafka', 'messaging.message.id': event.headers['ce_id'] },
    })
    const send = await collector.next('the send', ({ links }) => {
      return links.some((link) => link.spanId === spanId && link.traceId === traceId)
    })
    expect(send).toMatchObject({ name: 'send', kind: 'producer', parentSpanId: null })
    expect(send.traceId).not.toBe(traceId)
  })

  test('tells nothing of what was said in it, and nobody who said it', () => {
    const told = JSON.stringify(collector.spans)
    for (const value of ['Hercules', asha.userId, asha.sessionId, ...asha.centers, '127.0.0.1']) {
      expect(told).not.toContain(value)
    }
  })
})

test('a request that fails says of which kind, not with which words', async () => {
  const caller = traceparent()
  const fault = { name: 'Chainless', fault: 'throws_after_emit' }
  const headers = { traceparent: caller.header }
  const { status } = await stack.call('POST /bicycles', { as: asha, body: fault, headers })
  expect(status).toBe(500)
  const server = await collector.next('the request', ({ traceId, kind }) => {
    return traceId === caller.traceId && kind === 'server'
  })
  expect(server).toMatchObject({ hasFailed: true, attributes: { 'error.type': '500' } })
  expect(JSON.stringify(spansOf(caller))).not.toContain('chain came off')
})

test('an event is processed under the span that emitted it, and what follows hangs below', async () => {
  const [emitter, vehicleId] = [traceparent(), randomUUID()]
  await ride(vehicleId, emitter.header)
  const echo = await stack.topics.next(opened, ({ key }) => key === vehicleId)
  const [, traceId, spanId] = echo.headers['traceparent']?.split('-') ?? []
  expect(traceId).toBe(emitter.traceId)
  const process = await collector.next('the processing', (span) => {
    return span.traceId === traceId && span.kind === 'consumer'
  })
  expect(process).toMatchObject({
    parentSpanId: emitter.spanId,
    attributes: {
      'messaging.consumer.group.name': 'identity.rides.v1',
      'messaging.operation.type': 'process',
      'forecourt.delivery.end': 'done',
    },
  })
  const below = spansOf(emitter).filter(({ parentSpanId }) => parentSpanId === process.spanId)
  expect(below.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['insert ride', 'insert outbox', 'commit']),
  )
  expect(below.find(({ kind }) => kind === 'producer')?.spanId).toBe(spanId)
  expect(JSON.stringify(spansOf(emitter))).not.toContain(vehicleId)
})

test('a request that is not recorded hands its id on, and tells nothing', async () => {
  const caller = traceparent(false)
  await buy('Untold', { traceparent: caller.header })
  const event = await stack.topics.next(opened, ({ data }) => data?.['name'] === 'Untold')
  expect(event.headers['traceparent']).toBe(caller.header)
  // Whatever is told later would come after what is told now.
  const next = traceparent()
  await buy('Told', { traceparent: next.header })
  await collector.next('a later request', ({ traceId }) => traceId === next.traceId)
  expect(spansOf(caller)).toEqual([])
})

test('a request that nobody has drawn is drawn by us, and none of nothing', async () => {
  await buy('Rooted', {})
  const event = await stack.topics.next(opened, ({ data }) => data?.['name'] === 'Rooted')
  expect(event.headers['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
})
