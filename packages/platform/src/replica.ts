import type { EventContract, DataOf } from '@forecourt/contracts/event'
import {
  RoleDefined,
  SessionEnded,
  SessionOutdated,
  SettingChanged,
} from '@forecourt/contracts/identity-events'
import { sql, type Kysely } from 'kysely'
import { on, type Consumer, type EventContext, type Subscription } from './consumer.ts'
import { forgetForGood } from './erasure.ts'

/**
 * Keeps a local copy of another service's noun: inserts or updates the row of the event's
 * subject, never with an older version than it has. The table has the columns of `row`, `version`
 * and the primary key `id`. What its owner has deleted is forgotten for good.
 */
export function replica<Tables, Means, Contract extends EventContract>(
  table: string,
  contracts: readonly Contract[],
  row: (data: DataOf<Contract>, means: Means) => Record<string, unknown>,
): Subscription<Tables, Means>[] {
  return contracts.map((contract) => ({
    ...on<Tables, Means, Contract>(contract, async (context, data) => {
      const { db, event } = context
      const kept = { ...row(data, context), id: event.subject, version: event.sequence }
      await (db as unknown as Kysely<Record<string, { id: string; version: number }>>)
        .insertInto(table)
        .values(kept)
        .onConflict((conflict) =>
          conflict
            .column('id')
            .doUpdateSet(kept)
            .where(sql.ref(`${table}.version`), '<', event.sequence as never),
        )
        .execute()
    }),
    forget: async ({ db, event }: EventContext<Tables> & Means) => {
      await forgetForGood({ db }, [event.subject])
      await (db as unknown as Kysely<Record<string, { id: string; version: number }>>)
        .deleteFrom(table)
        .where('id', '=', event.subject)
        .where('version', '<', event.sequence)
        .execute()
    },
  }))
}

/** What every service must know of identity: roles and ended sessions, to judge; settings. */
export const access: Consumer<never, object> = {
  purpose: 'access',
  subscriptions: [
    on(RoleDefined, async ({ db, event }, { role, permissions }) => {
      await sql`insert into role_permission (role, permissions, version)
        values (${role}, ${permissions}, ${event.sequence})
        on conflict (role) do update
          set permissions = excluded.permissions, version = excluded.version
          where role_permission.version < excluded.version`.execute(db)
    }),
    on(SettingChanged, async ({ db, event }, { setting, value }) => {
      await sql`insert into applied_setting (name, value, version)
        values (${setting}, ${JSON.stringify(value)}, ${event.sequence})
        on conflict (name) do update set value = excluded.value, version = excluded.version
          where applied_setting.version < excluded.version`.execute(db)
    }),
    ...[SessionEnded, SessionOutdated].map((contract) => on(contract, refuseTokens)),
  ],
}

/** A session that has ended stays ended, whatever is heard of it later. */
async function refuseTokens(
  { db }: EventContext<never>,
  { sessionId, tokensBefore, forgetAt }: DataOf<typeof SessionEnded>,
): Promise<void> {
  await sql`insert into ended_session (session_id, tokens_before, forget_at)
    values (${sessionId}::uuid, ${tokensBefore}::timestamptz, ${forgetAt}::timestamptz)
    on conflict (session_id) do update
      set tokens_before = greatest(ended_session.tokens_before, excluded.tokens_before),
          forget_at = greatest(ended_session.forget_at, excluded.forget_at)`.execute(db)
}
