import { expect, test } from 'vitest'
import { openLog } from './log.ts'
import { activeSpan, originOf, unrecorded, within } from './trace.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'

test.each([
  [`00-${traceId}-${spanId}-01`, { traceId, spanId, isRecorded: true }],
  [`00-${traceId}-${spanId}-00`, { traceId, spanId, isRecorded: false }],
  [`00-${traceId}-${spanId}-03`, { traceId, spanId, isRecorded: true }],
])('%s is read as W3C means it', (traceparent, origin) => {
  expect(originOf(traceparent)).toEqual(origin)
})

test.each([
  ...[undefined, '', '01', `00-${traceId}-${spanId}`, `00-${traceId.toUpperCase()}-${spanId}-01`],
  ...[`00-${'0'.repeat(32)}-${spanId}-01`, `00-${traceId}-${'0'.repeat(16)}-01`],
  ...[`00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01`, `ff-${traceId}-${spanId}-01`],
])('%s is no trace, and the request begins its own', (traceparent) => {
  expect(originOf(traceparent)).toBeUndefined()
})

test('every line that is written under a span carries the id of its trace, others carry none', () => {
  const lines: Record<string, unknown>[] = []
  const log = openLog('test', 'info', { write: (line) => lines.push(JSON.parse(line)) })
  within(unrecorded(traceId, spanId), () => log.info({ rows: 1 }, 'inside'))
  within(unrecorded(traceId, spanId), () => log.info('inside, too'))
  within(undefined, () => log.info('outside'))
  expect(lines.map((line) => line['traceId'])).toEqual([traceId, traceId, undefined])
})

test('what is not recorded stands for everything below it, and hands its id on', () => {
  const span = unrecorded(traceId, spanId)
  expect(span.begin('below', 'client', {})).toBe(span)
  expect(originOf(span.traceparent)).toEqual({ traceId, spanId, isRecorded: false })
})

test('work that is waited for stays under its span; what runs beside it does not come under it', async () => {
  const span = unrecorded(traceId, spanId)
  const seen = await within(span, async () => {
    await new Promise((resolve) => setImmediate(resolve))
    return activeSpan()
  })
  expect(seen).toBe(span)
  expect(activeSpan()).toBeUndefined()
})
