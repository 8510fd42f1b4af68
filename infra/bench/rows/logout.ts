import { randomUUID } from 'node:crypto'
import { kiran } from '@forecourt/testing/people'
import { tokenOf } from '@forecourt/testing/tokens'
import { mainOf } from '../asking.ts'
import type { BenchRow } from '../row.ts'
import type { Prepared } from '../stage.ts'
import { untilAnswered } from '../waiting.ts'

const LOGOUTS = 5
const WITHIN_MS = 1_000

export const logout: BenchRow = {
  name: 'logout',
  figures: {
    slowest: {
      what: `a logout at identity until another service refuses the token, slowest of ${LOGOUTS}`,
      unit: 'ms',
      bar: { most: WITHIN_MS },
    },
  },
  async open(stage) {
    const database = await stage.prepare('identity', 'logout')
    const other = await stage.prepare('reporting', 'logout')
    await makeAccount(database)
    const identity = await stage.serve(mainOf('identity'), database.env)
    const reporting = await stage.serve(mainOf('reporting'), other.env)
    return {
      async ours() {
        const taken: number[] = []
        for (let number = 0; number < LOGOUTS; number += 1) {
          const authorization = await signIn(database)
          const headers = { authorization }
          await untilAnswered(`${reporting.url}/admin/audit-logs?limit=1`, { headers }, 200)
          await untilAnswered(`${identity.url}/auth/logout`, { method: 'POST', headers }, 200)
          const begun = performance.now()
          await untilAnswered(`${reporting.url}/admin/audit-logs?limit=1`, { headers }, 401)
          taken.push(performance.now() - begun)
        }
        return { slowest: Math.max(...taken) }
      },
      async close() {
        await Promise.all([identity.stop(), reporting.stop()])
      },
    }
  },
}

async function makeAccount({ admin }: Prepared): Promise<void> {
  await admin.query(
    `insert into role (id, name, description, permissions, offered_permissions)
     values (gen_random_uuid(), $1, 'Runs the dealer group.', '{}', '{}')`,
    [kiran.role],
  )
  await admin.query(
    `insert into "user" (id, email, email_index, full_name, role, status)
     values ($1, 'sealed', 'index', 'sealed', $2, 'active')`,
    [kiran.userId, kiran.role],
  )
}

/** A session of its own for each logout. */
async function signIn({ admin }: Prepared): Promise<string> {
  const sessionId = randomUUID()
  await admin.query(
    `insert into session (id, user_id, token_hash, expires_at)
     values ($1, $2, $3, now() + interval '1 day')`,
    [sessionId, kiran.userId, sessionId],
  )
  return `Bearer ${tokenOf({ ...kiran, sessionId })}`
}
