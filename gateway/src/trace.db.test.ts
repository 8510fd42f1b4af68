import { openCollector, type Collector } from '@forecourt/testing/collector'
import { leaseRedis } from '@forecourt/testing/redis-lease'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, openHouse, type TestHouse } from './test-house.ts'

const theirs = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
}
const headers = {
  traceparent: `00-${theirs.traceId}-${theirs.spanId}-01`,
  tracestate: 'rojo=1',
  baggage: 'userId=alice',
}

let collector: Collector
let house: TestHouse
beforeAll(async () => {
  collector = await openCollector()
  house = await openHouse(await leaseRedis())
})
afterAll(async () => {
  await house?.close()
  await collector?.close()
})

async function askTraced(ratio: string, path: string) {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER_ARG: ratio }
  const gateway = await house.openAnother(env)
  const answer = await ask(gateway.url, path, { headers })
  await gateway.close()
  return answer
}

test('a recorded request begins a trace of our own, which its service continues', async () => {
  const answer = await askTraced('1', '/api/v1/customers/0192f000/vehicles?phone=9876543210')
  const server = await collector.next('the request', ({ kind }) => kind === 'server')
  expect(server).toMatchObject({
    service: 'gateway',
    name: 'GET /customers/*',
    parentSpanId: null,
    attributes: { 'http.request.method': 'GET', 'http.response.status_code': 200 },
    links: [theirs],
  })
  expect(server.traceId).not.toBe(theirs.traceId)
  const call = await collector.next('the call', ({ kind }) => kind === 'client')
  expect(call).toMatchObject({
    traceId: server.traceId,
    parentSpanId: server.spanId,
    attributes: { 'server.address': 'customer-vehicle', 'http.response.status_code': 200 },
  })
  expect(answer.json().headers['traceparent']).toBe(`00-${server.traceId}-${call.spanId}-01`)
  for (const value of ['9876543210', '0192f000', '127.0.0.1']) {
    expect(JSON.stringify(collector.spans)).not.toContain(value)
  }
})

test('a caller cannot have a request recorded, nor say anything to a service about its trace', async () => {
  const known = collector.spans.length
  const answer = await askTraced('0', '/api/v1/customers')
  const { traceparent, tracestate, baggage } = answer.json().headers
  expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
  expect(traceparent).not.toContain(theirs.traceId)
  expect([tracestate, baggage]).toEqual([undefined, undefined])
  expect(collector.spans).toHaveLength(known)
})

test('a service that cannot be reached is told of as the fault of the call and of the request', async () => {
  await house.services.reporting.close()
  const answer = await askTraced('1', '/api/v1/admin/audit-logs')
  expect(answer.status).toBe(503)
  const server = await collector.next('the request', ({ name }) => name.includes('audit-logs'))
  const call = await collector.next('the call', ({ parentSpanId }) => {
    return parentSpanId === server.spanId
  })
  expect(server).toMatchObject({ hasFailed: true, attributes: { 'error.type': '503' } })
  expect(call).toMatchObject({ hasFailed: true, attributes: { 'error.type': 'ECONNREFUSED' } })
})

test('while tracing is off, services hear of no trace at all', async () => {
  const answer = await house.ask('/api/v1/customers', { headers })
  const { traceparent, tracestate, baggage } = answer.json().headers
  expect([traceparent, tracestate, baggage]).toEqual([undefined, undefined, undefined])
})
