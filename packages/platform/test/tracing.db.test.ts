import { fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { caller } from '@forecourt/testing/caller'
import { openCollector } from '@forecourt/testing/collector'
import { eventually } from '@forecourt/testing/eventually'
import { asha } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { bicycles } from './bicycle/service.ts'

/** What a supervisor gives a process that is told to end. */
const GRACE_MS = 10_000
/** Whoever starts processes needs more time than others. */
const timeout = 60_000

let stack: Stack
// The processes of the tests do all the work that nobody asks for.
beforeAll(async () => (stack = await openStack(bicycles, { ROLE: 'api' })))
afterAll(() => stack?.close())

interface Process {
  child: ChildProcess
  url: string
  lines: string[]
}

async function run(env: Record<string, string>): Promise<Process> {
  const child = fork(new URL('bicycle/main.ts', import.meta.url), {
    env: { PATH: process.env['PATH'], ...stack.env, ROLE: 'all', LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: string[] = []
  child.stdout?.setEncoding('utf8').on('data', (text: string) => lines.push(text))
  const urlOf = () => /"url":"([^"]+)"/.exec(lines.join(''))?.[1]
  const url = await eventually('a process that listens', urlOf, 20_000)
  return { child, url, lines }
}

/** Ends the process as a supervisor does; one that takes too long is killed, and shows it. */
async function end({ child }: Process): Promise<unknown> {
  const killing = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  child.kill('SIGTERM')
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  clearTimeout(killing)
  return code ?? signal
}

/** Every file that a process has run, as V8 itself counted them. */
async function filesOf(env: Record<string, string>): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'forecourt-loaded-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const running = await run({ ...env, NODE_V8_COVERAGE: folder })
  await caller(running.url)('POST /bicycles', { as: asha, body: { name: 'counted' } })
  expect(await end(running)).toBe(0)
  return readdirSync(folder).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Coverage
    return result.map(({ url }) => url)
  })
}

interface Coverage {
  result: { url: string }[]
}

const isOfTracing = (file: string) => /@opentelemetry\/(?!api\/)|trace-(sdk|span)\.ts$/.test(file)

test('nothing is loaded for tracing until a collector is named', { timeout }, async () => {
  const files = await filesOf({})
  expect(files.filter((file) => file.endsWith('/trace.ts'))).toHaveLength(1)
  expect(files.filter(isOfTracing)).toEqual([])
  const collector = await openCollector()
  onTestFinished(() => collector.close())
  const more = await filesOf({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
  expect(more.filter(isOfTracing).length).toBeGreaterThan(2)
})

test('what a process has not told yet, it tells before it ends', { timeout }, async () => {
  const collector = await openCollector()
  onTestFinished(() => collector.close())
  const running = await run(recordingTo(collector.url))
  await caller(running.url)('POST /bicycles', { as: asha, body: { name: 'late' } })
  expect(await end(running)).toBe(0)
  expect(collector.spans.some(({ name }) => name === 'POST /bicycles')).toBe(true)
})

test('deadlines and jobs begin traces of their own', { timeout }, async () => {
  const collector = await openCollector()
  onTestFinished(() => collector.close())
  const running = await run(recordingTo(collector.url))
  const body = { subject: randomUUID(), dueAt: new Date().toISOString() }
  const answer = await caller(running.url)('POST /chimes', { as: asha, body })
  expect(answer.status).toBe(201)
  const timer = await collector.next('the deadline', ({ name }) => name === 'timer chime')
  const job = await collector.next('the job', ({ name }) => name === 'job polish')
  expect([timer.parentSpanId, job.parentSpanId]).toEqual([null, null])
  await collector.next('the work', ({ parentSpanId, name }) => {
    return parentSpanId === timer.spanId && name === 'insert ring'
  })
  expect(JSON.stringify(collector.spans)).not.toContain(body.subject)
  expect(await end(running)).toBe(0)
})

test(
  'a collector that refuses costs no request, is told of once, and holds up no end',
  { timeout },
  async () => {
    const running = await run(recordingTo('http://127.0.0.1:9'))
    await buyTwenty(running.url)
    await eventually('a warning', () => running.lines.join('').includes('takes no spans'))
    await buyTwenty(running.url)
    expect(await end(running)).toBe(0)
    expect(running.lines.join('').match(/The collector takes no spans/g)).toHaveLength(1)
  },
)

test(
  'a collector that never answers costs no request and holds up no end',
  { timeout },
  async () => {
    const { url, asked, server } = await deadCollector()
    onTestFinished(() => server.closeAllConnections())
    const running = await run(recordingTo(url))
    await buyTwenty(running.url)
    await eventually('an export that hangs', () => asked.length > 0)
    await buyTwenty(running.url)
    expect(await end(running)).toBe(0)
  },
)

function recordingTo(collector: string): Record<string, string> {
  return { OTEL_EXPORTER_OTLP_ENDPOINT: collector, OTEL_TRACES_SAMPLER_ARG: '1' }
}

async function buyTwenty(url: string): Promise<void> {
  const call = caller(url)
  const orders = Array.from({ length: 20 }, (_, at) => `bicycle ${at}`)
  const buying = orders.map((name) => call('POST /bicycles', { as: asha, body: { name } }))
  const answers = await Promise.all(buying)
  expect(answers.map(({ status }) => status)).toEqual(orders.map(() => 201))
}

async function deadCollector(): Promise<{ url: string; asked: string[]; server: Server }> {
  const asked: string[] = []
  const server = createServer(({ url = '' }) => asked.push(url))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, server }
}
