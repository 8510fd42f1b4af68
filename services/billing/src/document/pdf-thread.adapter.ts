import { parentPort } from 'node:worker_threads'
import { renderInvoice } from './pdf.adapter.ts'
import type { PrintAnswer, PrintJob } from '../printer.ts'

/** What the printer's thread does: answers each invoice with its PDF, or with what went wrong. */
async function answer({ number, printed }: PrintJob): Promise<PrintAnswer> {
  try {
    return { number, bytes: await renderInvoice(printed) }
  } catch (error) {
    return { number, error }
  }
}

async function serve(job: PrintJob): Promise<void> {
  parentPort?.postMessage(await answer(job), [])
}

parentPort?.on('message', (job: PrintJob) => void serve(job))
