import { problem } from '@forecourt/platform/problem'
import { sql } from 'kysely'
import { z } from 'zod'
import { endpoint } from '../db.ts'
import { endSession, endSessionsOf } from './ending.queries.ts'
import { Session } from './session.ts'

export const listSessions = endpoint.list('GET /auth/sessions', {
  about: 'List where the own account is signed in.',
  may: 'signed_in',
  item: Session,
  sorts: { createdAt: 'created_at', lastUsedAt: 'last_used_at' },
  from: ({ db, me }) =>
    db
      .selectFrom('session')
      .select(['id', 'createdAt', 'expiresAt', 'userAgent', 'address as ipAddress'])
      .select(sql<string>`coalesce(rotated_at, created_at)`.as('lastUsedAt'))
      .select(sql<boolean>`id = ${me.sessionId}::uuid`.as('isCurrent'))
      .where('userId', '=', me.userId)
      .where('endedAt', 'is', null)
      .where('expiresAt', '>', sql<string>`now()`),
})

export const revokeSession = endpoint('DELETE /auth/sessions/:id', {
  about: 'End one of the own sessions.',
  may: 'signed_in',
  message: 'Session ended',
  returns: z.null(),
  async handle(context, { params }) {
    const { db, me } = context
    const own = await db
      .selectFrom('session')
      .select('id')
      .where('id', '=', params.id)
      .where('userId', '=', me.userId)
      .where('endedAt', 'is', null)
      .executeTakeFirst()
    if (!own) throw problem('not_found')
    await endSession(context, own.id, 'revocation')
    return null
  },
})

export const revokeOtherSessions = endpoint('DELETE /auth/sessions', {
  about: 'End all own sessions but this one.',
  may: 'signed_in',
  message: 'Sessions ended',
  returns: z.null(),
  async handle(context) {
    const { db, me } = context
    const id = me.userId ?? ''
    // Whoever signs in at this moment comes after it.
    await db.selectFrom('user').select('id').where('id', '=', id).forUpdate().execute()
    await endSessionsOf(context, id, { endedBy: 'revocation', except: me.sessionId })
    return null
  },
})
