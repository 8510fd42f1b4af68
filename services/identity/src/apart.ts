import { inTransaction } from '@forecourt/platform/database'
import { Outbox, type Emit } from '@forecourt/platform/outbox'
import type { Boot } from '@forecourt/platform/service'
import { systemScope } from '@forecourt/platform/scope'
import type { Kysely } from 'kysely'

/**
 * One write in a transaction of its own, which stands although the request that caused it is
 * refused afterwards. Only for what a refusal itself brings about.
 */
export type Apart<Tables> = <Result>(
  requestId: string,
  work: (context: { db: Kysely<Tables>; emit: Emit }) => Promise<Result>,
) => Promise<Result>

export function apartOver<Tables>(pool: Boot<object>['pool']): Apart<Tables> {
  return <Result>(
    requestId: string,
    work: (context: { db: Kysely<Tables>; emit: Emit }) => Promise<Result>,
  ) =>
    inTransaction<Tables, Result>(pool, systemScope(), async (db) => {
      const outbox = new Outbox('identity', { correlationId: requestId })
      const result = await work({ db, emit: outbox.emit })
      await outbox.flush(db)
      return result
    })
}
