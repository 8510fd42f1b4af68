import { z } from 'zod'

const RANGE = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/

/** `21:00-09:00`, in minutes of the day; null when there is no quiet time. */
export const QuietHours = z.string().transform((text, context) => {
  if (text === '') return null
  const [, fromHour, fromMinute, untilHour, untilMinute] = RANGE.exec(text) ?? []
  const from = Number(fromHour) * 60 + Number(fromMinute)
  const until = Number(untilHour) * 60 + Number(untilMinute)
  if (Number.isFinite(from) && Number.isFinite(until) && from !== until) return { from, until }
  context.addIssue('must be two different times such as 21:00-09:00')
  return z.NEVER
})
export type QuietHours = z.infer<typeof QuietHours>

/** The instant at which the quiet time around `now` ends; null when it is not quiet. */
export function quietUntil(hours: QuietHours, now: string, timeZone: string): string | null {
  if (hours === null) return null
  const here = Temporal.Instant.from(now).toZonedDateTimeISO(timeZone)
  const minute = here.hour * 60 + here.minute
  const { from, until } = hours
  const isQuiet = from < until ? minute >= from && minute < until : minute >= from || minute < until
  if (!isQuiet) return null
  const day = minute < until ? here : here.add({ days: 1 })
  const end = day.withPlainTime({ hour: Math.floor(until / 60), minute: until % 60 })
  return end.toInstant().toString()
}
