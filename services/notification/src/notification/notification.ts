import { z } from 'zod'

export const NotificationType = z.enum(['info', 'warning', 'error', 'success', 'approval'])
export type NotificationType = z.infer<typeof NotificationType>

export const NotificationCategory = z.enum([
  'request',
  'approval',
  'invoice',
  'inventory',
  'job_card',
  'system',
])
export type NotificationCategory = z.infer<typeof NotificationCategory>

/** What one person was told inside the application, of one event at most once. */
export const NotificationRow = z.object({
  id: z.uuid(),
  eventId: z.uuid(),
  userId: z.uuid(),
  title: z.string(),
  message: z.string(),
  type: NotificationType,
  category: NotificationCategory,
  /** Name of the noun: `JobCard`. */
  relatedEntityType: z.string(),
  relatedEntityId: z.uuid(),
  isRead: z.boolean(),
  readAt: z.string().nullable(),
  /** Where the front end shows the thing: `/job-cards/<id>`. */
  actionUrl: z.string(),
  createdAt: z.string(),
})
export type NotificationRow = z.infer<typeof NotificationRow>

export const Notification = NotificationRow.omit({ eventId: true }).meta({ id: 'Notification' })
