import { z } from 'zod'
import { COUNT, type FigureName } from '../figure/figure.ts'

export const Period = z.enum(['daily', 'weekly', 'monthly', 'yearly'])
export type Period = z.infer<typeof Period>

export const Asked = z.object({
  period: Period.default('daily').describe('The period of figures that do not name their own.'),
  serviceCenterId: z.uuid().optional().describe('One center alone, of those that one may see.'),
})
export type Asked = z.infer<typeof Asked>

/** One figure of a dashboard. */
export const Kpi = z
  .object({
    name: z.string().describe('What is counted: revenue_today, service_requests_pending …'),
    value: z.number().describe('What stands now, or what came about in the period.'),
    trend: z
      .enum(['up', 'down', 'flat'])
      .describe('Against the end of the former period, or against what came about in it.'),
    period: Period.describe('The period that counts; it begins with a day of the center.'),
    currency: z
      .string()
      .nullable()
      .describe('ISO 4217 code of an amount, of which each currency has its own; null otherwise.'),
  })
  .meta({ id: 'Kpi' })
export type Kpi = z.infer<typeof Kpi>

const Widget = z.object({
  type: z.string().describe('How it is shown: kpi.'),
  position: z.number().int().describe('Its place, from 1 on.'),
  config: z.object({ kpi: z.string().describe('The figure that it shows.') }),
})

export const Dashboard = z
  .object({
    id: z.uuid().describe('Everybody has one dashboard, under the id of the account.'),
    userId: z.uuid(),
    serviceCenterId: z.uuid().nullable().describe('Null: more than one center, or all of them.'),
    role: z.string(),
    widgets: z.array(Widget),
    kpis: z.array(Kpi),
    updatedAt: z.string().describe('When the figures were read, UTC.'),
  })
  .meta({ id: 'Dashboard' })

/** Where a figure of a dashboard comes from. */
interface Source {
  name: string
  /** `level`: what stands now; `flow`: what came about in the period; others are their own kind. */
  kind: 'level' | 'flow' | 'centers' | 'utilization' | 'parts'
  figure?: FigureName
  /** Without it, the period that is asked for. */
  period?: Period
}

const requests: Source[] = [
  { name: 'service_requests_pending', kind: 'level', figure: 'service_requests_pending' },
  { name: 'service_requests_completed', kind: 'flow', figure: 'service_requests_completed' },
]
const revenue: Source[] = [
  { name: 'revenue_today', kind: 'flow', figure: 'revenue', period: 'daily' },
  { name: 'revenue_week', kind: 'flow', figure: 'revenue', period: 'weekly' },
  { name: 'revenue_month', kind: 'flow', figure: 'revenue', period: 'monthly' },
]
const lowStock: Source = { name: 'low_stock_items', kind: 'level', figure: 'low_stock_items' }

/** Whose dashboard it is: of all centers, of some, or of one who repairs. */
export type Kind = 'group' | 'center' | 'repairer'

export const sources: Record<Kind, Source[]> = {
  group: [
    { name: 'total_service_centers', kind: 'centers' },
    { name: 'total_active_vehicles', kind: 'level', figure: 'active_vehicles' },
    ...requests,
    ...revenue,
    lowStock,
  ],
  center: [
    ...requests,
    { name: 'job_cards_in_progress', kind: 'level', figure: 'job_cards_in_progress' },
    ...revenue,
    lowStock,
    { name: 'pending_approvals', kind: 'level', figure: 'pending_approvals' },
    { name: 'engineer_utilization', kind: 'utilization' },
  ],
  repairer: [
    { name: 'assigned_job_cards', kind: 'level', figure: 'assigned_job_cards' },
    { name: 'completed_today', kind: 'flow', figure: 'completed_job_cards', period: 'daily' },
    { name: 'pending_work', kind: 'level', figure: 'pending_work' },
    { name: 'parts_required', kind: 'parts' },
  ],
}

/** What was counted of one figure in one unit. */
export interface Standing {
  name: FigureName
  unit: string
  period: Period
  /** All that was ever counted, in this period, and in the one before. */
  level: number
  current: number
  former: number
}

/** A figure that is counted where it is read, beside what it was when the period began. */
export interface Ratio {
  now: number
  before: number
}

export interface Counts {
  standings: readonly Standing[]
  centers: Ratio
  utilization: Ratio
  parts: Ratio
}

export function kpisOf(kind: Kind, asked: Period, counts: Counts): Kpi[] {
  return sources[kind].flatMap((source) => {
    const period = source.period ?? asked
    const kpi = (value: number, before: number, currency: string | null = null): Kpi => ({
      ...{ name: source.name, value, trend: trendOf(value, before), period, currency },
    })
    if (source.kind === 'level' || source.kind === 'flow') {
      const found = counts.standings.filter(
        (one) => one.name === source.figure && one.period === period,
      )
      if (found.length === 0) return [kpi(0, 0)]
      return found.map((one) => valued(source.kind, one, kpi))
    }
    const { now, before } = counts[source.kind]
    return [kpi(now, before)]
  })
}

function valued(
  kind: Source['kind'],
  { unit, level, current, former }: Standing,
  kpi: (value: number, before: number, currency?: string | null) => Kpi,
): Kpi {
  const [now, before] = kind === 'level' ? [level, level - current] : [current, former]
  // Every currency that is sold in has hundredths.
  return unit === COUNT ? kpi(now, before) : kpi(now / 100, before / 100, unit)
}

function trendOf(value: number, before: number): Kpi['trend'] {
  if (value === before) return 'flat'
  return value > before ? 'up' : 'down'
}

/** Share in percent, with one decimal; nobody is busy where nobody is. */
export function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 1_000) / 10
}
