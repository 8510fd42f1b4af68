import { inTransaction } from '@forecourt/platform/database'
import { systemScope } from '@forecourt/platform/scope'
import { job, type Tables } from '../db.ts'
import { longestAccess } from '../session/session.ts'
import { turnKeys } from './rotation.queries.ts'

/** A key that was published by the command signs when everybody may know it. */
export const turnSigningKeys = job({
  name: 'turn-signing-keys',
  everyMs: 30_000,
  async run({ pool, keys, lifetimes }) {
    const turned = await inTransaction<Tables, boolean>(pool, systemScope(), (db) =>
      turnKeys(db, longestAccess(lifetimes)),
    )
    if (turned) keys.renew()
    return false
  },
})
