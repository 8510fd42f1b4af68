import { Moment } from '@forecourt/platform/moment'
import { problem } from '@forecourt/platform/problem'
import { sql } from 'kysely'
import { z } from 'zod'
import { endpoint } from '../db.ts'
import { Notification, NotificationCategory, NotificationType } from './notification.ts'

// To each person the table holds their own rows and no others. The policy sees to that, but only a
// condition of the query itself finds them by the index.
const mine = sql<string>`(select scope_user())`

export const listNotifications = endpoint.list('GET /notifications', {
  about: 'List what you were told, the newest first.',
  may: 'signed_in',
  item: Notification,
  filters: {
    isRead: { type: z.stringbool(), column: 'is_read' },
    type: { type: NotificationType },
    category: { type: NotificationCategory },
    createdAt: { type: Moment, column: 'created_at' },
  },
  sorts: { createdAt: 'created_at' },
  from: ({ db }) => db.selectFrom('notification').selectAll().where('userId', '=', mine),
})

export const countUnread = endpoint('GET /notifications/unread-count', {
  about: 'Count what you were told and have not read.',
  may: 'signed_in',
  returns: z.object({ unread: z.number().int() }).meta({ id: 'UnreadCount' }),
  async handle({ db }) {
    return db
      .selectFrom('notification')
      .select(sql<number>`count(*)::int`.as('unread'))
      .where('userId', '=', mine)
      .where('isRead', '=', false)
      .executeTakeFirstOrThrow()
  },
})

export const readNotification = endpoint('PUT /notifications/:id/read', {
  about: 'Mark one notification as read; the first time counts.',
  may: 'signed_in',
  message: 'Marked as read',
  returns: Notification,
  async handle({ db }, { params }) {
    const read = await db
      .updateTable('notification')
      .set({ isRead: true, readAt: sql`coalesce(read_at, now())` })
      .where('id', '=', params.id)
      .returningAll()
      .executeTakeFirst()
    if (!read) throw problem('not_found')
    return read
  },
})

export const readAllNotifications = endpoint('PUT /notifications/read-all', {
  about: 'Mark everything as read that you were told so far.',
  may: 'signed_in',
  message: 'All marked as read',
  returns: z.object({ read: z.number().int() }).meta({ id: 'ReadCount' }),
  async handle({ db }) {
    const { numUpdatedRows } = await db
      .updateTable('notification')
      .set({ isRead: true, readAt: sql<string>`now()` })
      .where('userId', '=', mine)
      .where('isRead', '=', false)
      .executeTakeFirstOrThrow()
    return { read: Number(numUpdatedRows) }
  },
})

export const dropNotification = endpoint('DELETE /notifications/:id', {
  about: 'Delete one notification.',
  may: 'signed_in',
  message: 'Deleted',
  returns: z.null(),
  async handle({ db }, { params }) {
    const { numDeletedRows } = await db
      .deleteFrom('notification')
      .where('id', '=', params.id)
      .executeTakeFirstOrThrow()
    if (numDeletedRows === 0n) throw problem('not_found')
    return null
  },
})
