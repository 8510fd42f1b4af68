import { openCollector } from '@forecourt/testing/collector'
import { authorization, mainOf } from '../asking.ts'
import { fillCenters } from '../centers.ts'
import { load, SECONDS } from '../load.ts'
import type { BenchRow } from '../row.ts'

/** The default share of recorded traces, sent to a collector that takes them. */
export const tracing: BenchRow = {
  name: 'tracing',
  figures: {
    rate: {
      what: 'authenticated GET of one row with tracing on, 5 % of traces recorded',
      unit: 'requests/s',
      reference: 'the same with tracing off',
      bar: { least: 0.85 },
    },
    cpu: {
      what: "the same, for each second of the service's own processor time",
      unit: 'requests/s',
      reference: 'the same with tracing off',
      bar: { least: 0.85 },
    },
  },
  cost:
    'by a CPU profile 1.7 % of the busy time is the SDK and 0.5 % our own spans; ' +
    'a spread of the rounds that is far wider than that is other work on the machine.',
  async open(stage) {
    const database = await stage.prepare('identity')
    const [id] = await fillCenters(database, 100)
    const collector = await openCollector()
    const quiet = { ...database.env, ROLE: 'api' }
    const on = await stage.serve(mainOf('identity'), {
      ...quiet,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    })
    const off = await stage.serve(mainOf('identity'), quiet)
    const rateAt = async (url: string) => {
      const asked = { url: `${url}/admin/service-centers/${id}`, headers: { authorization } }
      const before = await processorS(url)
      const rate = await load(asked, stage.folder)
      return { rate, cpu: (rate * SECONDS) / ((await processorS(url)) - before) }
    }
    return {
      ours: () => rateAt(on.url),
      reference: () => rateAt(off.url),
      async close() {
        await Promise.all([on.stop(), off.stop()])
        await collector.close()
        if (collector.spans.length === 0) throw new Error('The collector was told no span.')
      },
    }
  },
}

/** What the service has used of a processor since it began, as it says itself. */
async function processorS(url: string): Promise<number> {
  const answer = await fetch(`${url}/metrics`)
  return Number(/^process_cpu_seconds_total (\S+)/m.exec(await answer.text())?.[1])
}
