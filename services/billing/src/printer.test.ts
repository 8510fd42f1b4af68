import type { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { PrintedInvoice } from './document/printed-invoice.ts'
import { openPrinter } from './printer.ts'

const threads: Worker[] = []
const note = (thread: Worker) => threads.push(thread)
beforeAll(() => void process.on('worker', note))
beforeEach(() => void threads.splice(0))
afterAll(() => void process.off('worker', note))

const printed: PrintedInvoice = {
  title: 'TAX INVOICE',
  mark: null,
  supplier: ['Forecourt Pune'],
  buyer: ['Rahul Patil'],
  particulars: [['Invoice number', 'PUN/26-27/000001']],
  columns: [{ title: 'Description', width: 'rest', align: 'left' }],
  rows: Array.from({ length: 51 }, (_, place) => [`Step ${place}`]),
  totals: [['Total', '₹ 1.00']],
  notes: null,
  signature: 'For Forecourt Pune',
}

/** What cannot be set on a page. */
const broken = { ...printed, columns: null } as unknown as PrintedInvoice

function isPdf(bytes: Buffer): boolean {
  return bytes.subarray(0, 5).toString() === '%PDF-'
}

test('documents are made in one thread beside this one, which goes on meanwhile', async () => {
  const printer = openPrinter()
  const made: Buffer[] = []
  const printing = Array.from({ length: 4 }, async () => made.push(await printer.print(printed)))
  let turns = 0
  while (made.length < 4) {
    turns += 1
    await new Promise(setImmediate)
  }
  // In this thread each document would be one turn, or a few.
  expect(turns).toBeGreaterThan(100)
  await Promise.all(printing)
  expect(made.every(isPdf)).toBe(true)
  expect(threads).toHaveLength(1)
  await printer.close()
})

test('a document that cannot be made fails by itself', async () => {
  const printer = openPrinter()
  const [failed, made] = await Promise.allSettled([printer.print(broken), printer.print(printed)])
  expect(failed).toMatchObject({ status: 'rejected', reason: expect.any(TypeError) })
  expect(made.status).toBe('fulfilled')
  expect(threads).toHaveLength(1)
  await printer.close()
})

test('a thread that breaks takes its documents along, and the next one has another', async () => {
  const printer = openPrinter()
  const lost = printer.print(printed).catch(String)
  // Node tells of a new thread at the end of this turn.
  await new Promise(setImmediate)
  await threads[0]?.terminate()
  expect(await lost).toContain('ended before its work')
  expect(isPdf(await printer.print(printed))).toBe(true)
  expect(threads).toHaveLength(2)
  await printer.close()
})

test('a thread without work ends, and the next document begins another', async () => {
  const printer = openPrinter(1)
  await printer.print(printed)
  await new Promise((ended) => threads[0]?.once('exit', ended))
  expect(isPdf(await printer.print(printed))).toBe(true)
  expect(threads).toHaveLength(2)
  await printer.close()
})

test('a printer that never printed has no thread', async () => {
  await openPrinter().close()
  expect(threads).toHaveLength(0)
})
