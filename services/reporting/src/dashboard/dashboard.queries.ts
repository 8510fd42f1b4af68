import { isOfAllCenters, type Me } from '@forecourt/platform/me'
import { problem } from '@forecourt/platform/problem'
import { sql, type Kysely } from 'kysely'
import type { z } from 'zod'
import type { Tables } from '../db.ts'
import { NO_CENTER } from '../figure/figure.ts'
import { repairers } from '../staff/staff.ts'
import {
  type Dashboard,
  kpisOf,
  shareOf,
  sources,
  type Asked,
  type Kind,
  type Kpi,
  type Period,
  type Ratio,
  type Standing,
} from './dashboard.ts'

interface Reading {
  db: Kysely<Tables>
  me: Me
  now: string
}

/** Whose figures are read, of which centers. Null is every center, and what belongs to none. */
export interface View {
  kind: Kind
  centers: readonly string[] | null
  subject: string | null
  period: Period
}

/** What a person sees. Another's center is not there: 404. */
export async function viewOf({ db, me }: Reading, asked: Asked): Promise<View> {
  const isRepairer = me.roles.every((role) => repairers.includes(role))
  const isOfAll = isOfAllCenters(me)
  const kind = isOfAll ? 'group' : isRepairer ? 'repairer' : 'center'
  const subject = isRepairer ? me.userId : null
  const { period, serviceCenterId } = asked
  if (!serviceCenterId) return { kind, subject, period, centers: isOfAll ? null : me.centers }
  const center = await db
    .selectFrom('serviceCenter')
    .select('id')
    .where('id', '=', serviceCenterId)
    .executeTakeFirst()
  const isOwn = isOfAll || me.centers.includes(serviceCenterId)
  if (!center || !isOwn) throw problem('not_found')
  return { kind, subject, period, centers: [serviceCenterId] }
}

/** Everybody has one, under the id of the account. */
export async function readDashboard(
  context: Reading,
  asked: Asked,
): Promise<z.input<typeof Dashboard>> {
  const { me, now } = context
  const view = await viewOf(context, asked)
  const [center, ...others] = view.centers ?? []
  return {
    id: me.userId ?? '',
    userId: me.userId ?? '',
    serviceCenterId: others.length > 0 ? null : (center ?? null),
    role: me.roles[0] ?? '',
    widgets: sources[view.kind].map(({ name }, place) => ({
      ...{ type: 'kpi', position: place + 1, config: { kpi: name } },
    })),
    kpis: await readKpis(context, view),
    updatedAt: now,
  }
}

/** The figures of a view, each as it stands at this moment. */
export async function readKpis({ db, now }: Reading, view: View): Promise<Kpi[]> {
  const ratio = (kind: string, read: () => Promise<Ratio>) =>
    sources[view.kind].some((source) => source.kind === kind) ? read() : NONE
  const [standings, centers, utilization, parts] = await Promise.all([
    readStandings(db, now, view),
    ratio('centers', () => countCenters(db, now, view)),
    ratio('utilization', () => readUtilization(db, now, view)),
    ratio('parts', () => countParts(db, now, view)),
  ])
  return kpisOf(view.kind, view.period, { standings, centers, utilization, parts })
}

const NONE = Promise.resolve({ now: 0, before: 0 })

/** Every center with the first days of a period and of the one before, in its own zone. */
function spansOf(now: string, { centers }: View, periods: readonly Period[]) {
  return sql`
    select center.id, period.name as period, date_trunc(period.unit, center.today)::date as since,
           (date_trunc(period.unit, center.today) - ('1 ' || period.unit)::interval)::date as former
      from (select id, (${now}::timestamptz at time zone time_zone)::date as today
              from service_center where ${centers}::uuid[] is null or id = any(${centers}::uuid[])
             union all
            select ${NO_CENTER}::uuid, (${now}::timestamptz at time zone 'UTC')::date
             where ${centers}::uuid[] is null) as center,
           (values ('daily', 'day'), ('weekly', 'week'), ('monthly', 'month'), ('yearly', 'year'))
             as period (name, unit)
     where period.name = any(${periods})`
}

/** What the roll-ups say, center by center; no document is looked at. */
async function readStandings(db: Kysely<Tables>, now: string, view: View): Promise<Standing[]> {
  const own = sources[view.kind].flatMap(({ figure, period = view.period }) =>
    figure ? [{ figure, period }] : [],
  )
  const periods = own.map(({ period }) => period)
  const names = own.map(({ figure }) => figure)
  const { rows } = await sql<Standing>`
    with span as (${spansOf(now, view, [...new Set(periods)])}), asked as (
      select distinct name, period from unnest(${names}::text[], ${periods}::text[])
        as each (name, period)
    ), whole as (
      select name, unit, sum(value) as level from figure
       where generation = served('figures') and name = any(${names})
         and service_center_id in (select id from span)
         and subject_id = coalesce(${view.subject}::uuid, service_center_id)
       group by name, unit
    ), part as (
      select asked.name, period, unit, sum(days.current) as current, sum(days.former) as former
        from span join asked using (period) cross join lateral (
          select unit, sum(value) filter (where day >= span.since) as current,
                 sum(value) filter (where day < span.since) as former
            from figure_day
           where generation = served('figures') and service_center_id = span.id
             and subject_id = coalesce(${view.subject}::uuid, span.id)
             and figure_day.name = asked.name and day >= span.former
           group by unit) as days
       group by asked.name, period, unit
    )
    select name, unit, period, level::bigint as level,
           coalesce(current, 0)::bigint as current, coalesce(former, 0)::bigint as former
      from whole join asked using (name) left join part using (name, unit, period)
     order by name, unit`.execute(db)
  return rows
}

async function countCenters(db: Kysely<Tables>, now: string, view: View): Promise<Ratio> {
  const { rows } = await sql<Ratio>`
    select count(*) as now,
           count(*) filter (where ${madeOn('service_center.id')} < span.since) as before
      from service_center join (${spansOf(now, view, [view.period])}) as span using (id)
     where is_active`.execute(db)
  return rows[0] ?? NONE
}

/** The day on which a row with a UUIDv7 was made, in UTC. */
function madeOn(column: string) {
  const hex = sql`left(replace(${sql.ref(column)}::text, '-', ''), 12)`
  return sql`to_timestamp(('x' || lpad(${hex}, 16, '0'))::bit(64)::bigint / 1000.0)::date`
}

/** The share of those who repair, and work there, that have a card in hand. */
async function readUtilization(db: Kysely<Tables>, now: string, view: View): Promise<Ratio> {
  const { rows } = await sql<{ people: number; busy: number; busyBefore: number }>`
    with span as (${spansOf(now, view, [view.period])}), engineer as (
      select staff.id,
             (select coalesce(sum(value), 0) from figure
               where generation = served('figures') and subject_id = staff.id
                 and name = 'assigned_job_cards'
                 and service_center_id in (select id from span)) as open,
             (select coalesce(sum(value), 0)
                from figure_day join span on span.id = service_center_id
               where generation = served('figures') and subject_id = staff.id
                 and name = 'assigned_job_cards' and day >= span.since) as change
        from staff
       where role = any(${repairers}) and status = 'active'
         and service_center_ids && array(select id from span)
    )
    select count(*) as people, count(*) filter (where open > 0) as busy,
           count(*) filter (where open > change) as busy_before from engineer`.execute(db)
  const { people = 0, busy = 0, busyBefore = 0 } = rows[0] ?? {}
  return { now: shareOf(busy, people), before: shareOf(busyBefore, people) }
}

/** Lines that an engineer's open cards wait for. Few cards are open, so they are looked at. */
async function countParts(db: Kysely<Tables>, now: string, view: View): Promise<Ratio> {
  const { rows } = await sql<Ratio>`
    select coalesce(sum(lines), 0)::bigint as now,
           coalesce(sum(lines) filter (where made < since), 0)::bigint as before
      from (select coalesce(waiting_lines, asked_lines) as lines, span.since,
                   ${madeOn('parts_request.id')} as made
              from job_card
              join parts_request on parts_request.generation = job_card.generation
               and parts_request.job_card_id = job_card.id
              join (${spansOf(now, view, [view.period])}) as span
                on span.id = job_card.service_center_id
             where job_card.generation = served('figures')
               and assigned_engineer = ${view.subject}::uuid
               and status not in ('completed', 'delivered', 'cancelled')) as line`.execute(db)
  return rows[0] ?? NONE
}
