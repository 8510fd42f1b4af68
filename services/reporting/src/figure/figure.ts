import { z } from 'zod'

/** What is counted. A name never changes its meaning; another meaning is another name. */
export const FigureName = z.enum([
  'revenue',
  'service_requests_pending',
  'service_requests_completed',
  'job_cards_in_progress',
  'pending_approvals',
  'low_stock_items',
  'active_vehicles',
  'assigned_job_cards',
  'completed_job_cards',
  'pending_work',
])
export type FigureName = z.infer<typeof FigureName>

/** The center of what belongs to none: the central warehouse, or a vehicle that nobody serves. */
export const NO_CENTER = '00000000-0000-0000-0000-000000000000'

/** The unit of what is no money; an amount has its currency's code. */
export const COUNT = 'count'

/** What stands now of one figure, of a center or of one engineer in it. */
export const FigureRow = z.object({
  generation: z.number().int(),
  serviceCenterId: z.uuid(),
  subjectId: z.uuid(),
  name: FigureName,
  unit: z.string(),
  value: z.number().int(),
})

/** By how much it changed on one day of the center. */
export const FigureDayRow = FigureRow.extend({ day: z.iso.date() })

export type Change = Omit<z.infer<typeof FigureDayRow>, 'generation'>

/** A thing that counts for one in a center, or for one of its engineers. */
export interface Counted {
  serviceCenterId: string
  subjectId: string
  name: FigureName
}

/** What changed on a day for which a thing counted otherwise before. */
export function changesBetween(
  before: readonly Counted[],
  now: readonly Counted[],
  day: string,
): Change[] {
  const signed = (counted: readonly Counted[], value: number) =>
    counted.map((one) => ({ ...one, unit: COUNT, day, value }))
  return [...signed(before, -1), ...signed(now, 1)]
}

/** One sum per place, without what comes to nothing, in the one order in which rows are locked. */
export function summed<Place extends { value: number }>(
  places: readonly Place[],
  keyOf: (place: Place) => string,
): Place[] {
  const groups = [...Map.groupBy(places, keyOf)].toSorted(([one], [other]) =>
    one < other ? -1 : 1,
  )
  return groups.flatMap(([, [first, ...rest]]) => {
    const value = rest.reduce((sum, place) => sum + place.value, first?.value ?? 0)
    return first && value !== 0 ? [{ ...first, value }] : []
  })
}
