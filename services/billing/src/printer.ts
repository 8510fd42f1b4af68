import { Worker } from 'node:worker_threads'
import type { PrintedInvoice } from './document/printed-invoice.ts'

const IDLE_MS = 30_000
const MEMORY_MB = 128

/** Makes PDFs in a thread of their own, so that requests are answered meanwhile. */
export interface Printer {
  print(printed: PrintedInvoice): Promise<Buffer>
  close(): Promise<void>
}

export interface PrintJob {
  number: number
  printed: PrintedInvoice
}

export type PrintAnswer = { number: number } & ({ bytes: Uint8Array } | { error: unknown })

/**
 * A printer of one thread, which begins with the first document and ends when none came for a
 * while, because it takes as much memory as the service itself. When it breaks, so do the documents
 * in it, and the next one begins another.
 */
export function openPrinter(idleMs = IDLE_MS): Printer {
  let thread: Thread | undefined
  let resting: NodeJS.Timeout | undefined

  async function close(): Promise<void> {
    clearTimeout(resting)
    const ended = thread
    thread = undefined
    await ended?.end()
  }

  return {
    async print(printed) {
      clearTimeout(resting)
      thread ??= startThread(() => (thread = undefined))
      const own = thread
      try {
        return await own.print(printed)
      } finally {
        clearTimeout(resting)
        if (own === thread && own.isIdle()) resting = setTimeout(() => void close(), idleMs).unref()
      }
    },
    close,
  }
}

interface Thread {
  print(printed: PrintedInvoice): Promise<Buffer>
  isIdle(): boolean
  end(): Promise<void>
}

function startThread(whenBroken: () => void): Thread {
  const worker = new Worker(new URL('document/pdf-thread.adapter.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  })
  const jobs = new Map<number, PromiseWithResolvers<Buffer>>()
  let count = 0

  function fail(error: unknown): void {
    whenBroken()
    for (const job of jobs.values()) job.reject(error)
    jobs.clear()
  }

  worker.on('message', (answer: PrintAnswer) => {
    const job = jobs.get(answer.number)
    jobs.delete(answer.number)
    if ('bytes' in answer) job?.resolve(Buffer.from(answer.bytes))
    else job?.reject(answer.error)
  })
  worker.on('error', fail)
  worker.on('exit', () => jobs.size > 0 && fail(new Error('The printer ended before its work.')))
  // A process that has nothing else to do need not wait for its printer.
  worker.unref()
  return {
    print(printed) {
      count += 1
      const job = Promise.withResolvers<Buffer>()
      jobs.set(count, job)
      worker.postMessage({ number: count, printed } satisfies PrintJob, [])
      return job.promise
    },
    isIdle: () => jobs.size === 0,
    end: async () => void (await worker.terminate()),
  }
}
