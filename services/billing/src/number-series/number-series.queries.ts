import { sql, type Kysely } from 'kysely'
import type { Tables } from '../db.ts'
import type { DocumentType } from './number-series.ts'

interface Series {
  serviceCenterId: string
  documentType: DocumentType
  financialYear: string
}

/**
 * Draws the next number of a series: consecutive, because the row of the series stays locked until
 * this transaction ends, and a transaction that fails gives its number back. Draw it last, so
 * that others wait as short as may be.
 */
export async function drawNumber(db: Kysely<Tables>, series: Series): Promise<number> {
  const { lastNumber } = await db
    .insertInto('numberSeries')
    .values({ ...series, lastNumber: 1 })
    .onConflict((conflict) =>
      conflict
        .columns(['serviceCenterId', 'documentType', 'financialYear'])
        .doUpdateSet({ lastNumber: sql<number>`number_series.last_number + 1` }),
    )
    .returning('lastNumber')
    .executeTakeFirstOrThrow()
  return lastNumber
}
