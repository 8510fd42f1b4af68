import type { ServiceName } from '@forecourt/contracts/service-name'
import type { Kysely } from 'kysely'
import type pg from 'pg'
import { inTransaction } from './database.ts'
import { Outbox, type Emit } from './outbox.ts'
import { patiently } from './patience.ts'
import { systemScope } from './scope.ts'

/**
 * One write in a transaction of its own, which stands although the request that caused it is
 * refused afterwards. Only for what must be there before the request is carried out, and for what
 * a refusal itself brings about; call it where nothing is held: in an endpoint's `before`.
 */
export type Apart<Tables> = <Result>(
  requestId: string,
  work: (context: { db: Kysely<Tables>; emit: Emit }) => Promise<Result>,
) => Promise<Result>

export function apartOver<Tables>(pool: pg.Pool, service: ServiceName): Apart<Tables> {
  return <Result>(
    requestId: string,
    work: (context: { db: Kysely<Tables>; emit: Emit }) => Promise<Result>,
  ) =>
    patiently(() =>
      inTransaction<Tables, Result>(pool, systemScope(), async (db, lastly) => {
        const outbox = new Outbox(service, { correlationId: requestId })
        const result = await work({ db, emit: outbox.emit })
        lastly(outbox.flushed())
        return result
      }),
    )
}
