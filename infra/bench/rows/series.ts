import { randomUUIDv7 } from 'node:crypto'
import { authorization, mainOf, recordEach } from '../asking.ts'
import { fillCenter, fillDrafts, hashedId } from '../drafts.ts'
import { CONNECTIONS, load, type Request } from '../load.ts'
import { pgbench, scriptOf, type Script } from '../pgbench.ts'
import type { Statement } from '../recording.ts'
import type { BenchRow } from '../row.ts'
import type { Prepared } from '../stage.ts'

/** More drafts than a round can issue, and what each of pgbench's connections has of them. */
const [DRAFTS, DRAFTS_EACH, LINES] = [4_000, 400, 3]
const CLIENT = 1_000_000

export const series: BenchRow = {
  name: 'series',
  figures: {
    rate: {
      what: 'invoices issued in one gapless series, 16 at once',
      unit: 'invoices/s',
      reference: 'pgbench of the same SQL, one statement after the other, 16 clients in one series',
      bar: { least: 0.7 },
    },
    gaps: { what: 'numbers that the series lacks', unit: 'gaps', bar: { most: 0 } },
  },
  async open(stage) {
    const database = await stage.prepare('billing', 'series')
    const apart = await stage.prepare('billing', 'series_apart')
    for (const one of [database, apart]) await fillCenter(one)
    const tried = Array.from({ length: 3 }, () => randomUUIDv7())
    await fillDrafts(database, tried, LINES)
    const [, first = [], second = []] = await recordEach(
      stage,
      'billing',
      database,
      tried.map((id) => ({ ...issuing, url: pathOf(id) })),
    )
    const reference = seriesScript(first, second)
    // The documents that follow an issue are another row's.
    const served = await stage.serve(mainOf('billing'), { ...database.env, ROLE: 'api' })
    return {
      async ours() {
        const ids = Array.from({ length: DRAFTS }, () => randomUUIDv7())
        await fillDrafts(database, ids, LINES)
        const request = { ...issuing, url: served.url, paths: ids.map(pathOf) }
        return { rate: await load(request, stage.folder), gaps: await gapsIn(database) }
      },
      async reference() {
        await fillDrafts(apart, reference.ids, LINES)
        const rate = await pgbench(apart.url, reference.script, stage.folder)
        if ((await gapsIn(apart)) > 0) throw new Error('The reference left gaps.')
        return { rate }
      },
      async close() {
        await served.stop()
      },
    }
  },
}

const issuing: Omit<Request, 'url'> = { method: 'PUT', headers: { authorization } }

function pathOf(id: string): string {
  return `/invoices/${id}/finalize`
}

/**
 * The recorded statements with the number that the series gives, so that pgbench numbers its
 * invoices as we do. Each client has drafts of its own, whose ids are hashes of its turns.
 */
function seriesScript(first: Statement[], second: Statement[]): { script: Script; ids: string[] } {
  const { text, variables } = scriptOf(first, second)
  const [, mark] = /from "invoice" where "id" = \(md5\(\(:n\)::text \|\| '(\d+)'/.exec(text) ?? []
  if (mark === undefined) throw new Error('The recording names no invoice.')
  const numbered = text
    .replace(/^\\set n .*$/m, `\\set turn :turn + 1\n\\set n :client_id * ${CLIENT} + :turn`)
    .replace(/(insert into "number_series"[^;]*);/, '$1 \\gset')
    .replace(/"serial" = :v\d+/, '"serial" = :last_number')
    .replace(
      /"invoice_number" = :v\d+/,
      `"invoice_number" = 'PUN/26-27/' || lpad((:last_number)::text, 6, '0')`,
    )
  const ids = Array.from({ length: CONNECTIONS }, (_, client) =>
    Array.from({ length: DRAFTS_EACH }, (__, turn) => hashedId(client * CLIENT + turn + 1, mark)),
  )
  return { script: { text: numbered, variables: { ...variables, turn: '0' } }, ids: ids.flat() }
}

async function gapsIn({ admin }: Prepared): Promise<number> {
  const { rows } = await admin.query<{ gaps: number; issued: number }>(
    `select (max(serial) - count(distinct serial))::int as gaps, count(serial)::int as issued
       from invoice`,
  )
  const [found] = rows
  if (!found?.issued) throw new Error('No invoice was issued.')
  return found.gaps
}
