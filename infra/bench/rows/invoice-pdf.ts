import { randomUUIDv7 } from 'node:crypto'
import { authorization, mainOf } from '../asking.ts'
import { fillCenter, fillDrafts } from '../drafts.ts'
import { load } from '../load.ts'
import type { BenchRow } from '../row.ts'

const LINES = 20

export const invoicePdf: BenchRow = {
  name: 'invoice-pdf',
  figures: {
    rate: {
      what: `PDFs of an invoice of ${LINES} lines, asked of billing, 16 at once`,
      unit: 'documents/s',
      reference: 'bare PDFKit, the same page and font',
      bar: { least: 0.7 },
    },
    delay: {
      what: "the delay of billing's event loop meanwhile, 99 of 100",
      unit: 'ms',
      bar: { most: 20 },
    },
  },
  async open(stage) {
    const database = await stage.prepare('billing', 'pdf')
    const id = randomUUIDv7()
    await fillCenter(database)
    await fillDrafts(database, [id], LINES)
    const served = await stage.serve(mainOf('billing'), { ...database.env, ROLE: 'api' })
    const entry = 'infra/bench/reference/bare-pdf.ts'
    const bare = await stage.serve(entry, { LINES: String(LINES) }, '/')
    return {
      async ours() {
        const url = `${served.url}/invoices/${id}/pdf`
        await delayMs(served.url)
        const rate = await load({ url, headers: { authorization } }, stage.folder)
        return { rate, delay: await delayMs(served.url) }
      },
      reference: async () => ({ rate: await load({ url: bare.url }, stage.folder) }),
      async close() {
        await Promise.all([served.stop(), bare.stop()])
      },
    }
  },
}

/**
 * How late the event loop was, as the service itself says, since it was asked the last time. Its
 * clock ticks every 10 ms, which is not counted.
 */
async function delayMs(url: string): Promise<number> {
  const answer = await fetch(`${url}/metrics`)
  const text = await answer.text()
  const seconds = Number(/^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(text)?.[1])
  return Math.max(0, seconds * 1_000 - 10)
}
