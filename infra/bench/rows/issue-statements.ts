import { randomUUID } from 'node:crypto'
import { authorization, recordEach } from '../asking.ts'
import { fillCenter, fillDrafts } from '../drafts.ts'
import type { BenchRow } from '../row.ts'
import type { Prepared, Stage } from '../stage.ts'

const MOST = 12

/** Every statement counts, those of the transaction and of the scope too. */
export const issueStatements: BenchRow = {
  name: 'issue-statements',
  figures: {
    nine: {
      what: 'SQL statements to issue an invoice of 9 lines, all counted (ERPNext: 1,050)',
      unit: 'statements',
      bar: { most: MOST },
    },
    fiftyOne: {
      what: 'the same of 51 lines (ERPNext: 1,070)',
      unit: 'statements',
      bar: { most: MOST },
    },
  },
  async open(stage) {
    const database = await stage.prepare('billing', 'statements')
    await fillCenter(database)
    return {
      ours: async () => ({
        nine: await statementsToIssue(stage, database, 9),
        fiftyOne: await statementsToIssue(stage, database, 51),
      }),
      close: async () => undefined,
    }
  },
}

async function statementsToIssue(stage: Stage, database: Prepared, lines: number): Promise<number> {
  const ids = [randomUUID(), randomUUID()]
  await fillDrafts(database, ids, lines)
  const requests = ids.map((id) => ({
    url: `/invoices/${id}/finalize`,
    method: 'PUT' as const,
    headers: { authorization, 'idempotency-key': `bench-issue-${id}` },
  }))
  const [, issued = []] = await recordEach(stage, 'billing', database, requests)
  return issued.length
}
