import { problem } from '@forecourt/platform/problem'
import type { PersonalData } from '@forecourt/platform/personal'
import { sql, type Kysely } from 'kysely'
import { z } from 'zod'
import { endpoint, type Tables } from '../db.ts'

const Engineer = z
  .object({
    id: z.uuid(),
    name: z.string().nullable(),
    role: z.string(),
    serviceCenterIds: z.array(z.uuid()),
    /** Cards that are assigned and not completed. */
    openJobCards: z.number().int(),
  })
  .meta({ id: 'Engineer' })

const Workload = Engineer.extend({
  assigned: z.number().int(),
  inProgress: z.number().int(),
  waitingParts: z.number().int(),
  completedToday: z.number().int(),
  jobCards: z.array(z.object({ id: z.uuid(), jobCardNumber: z.string(), status: z.string() })),
}).meta({ id: 'EngineerWorkload' })

export const listEngineers = endpoint.list('GET /workshop/engineers', {
  about: 'List who repairs at the center.',
  may: 'engineer.read',
  item: Engineer,
  filters: { role: { type: z.enum(['technician', 'engineer']) } },
  sorts: { openJobCards: 'open_job_cards', role: 'role' },
  from: ({ db }) => selectEngineers(db),
  row: (row, { personal }) => ({ ...row, name: nameOf(personal, row) }),
})

export const showWorkload = endpoint('GET /workshop/engineers/:id/workload', {
  about: 'Show what somebody who repairs has to do.',
  may: 'engineer.read',
  returns: Workload,
  async handle({ db, personal }, { params }) {
    const [engineer, cards] = await Promise.all([
      selectEngineers(db).where('id', '=', params.id).executeTakeFirst(),
      cardsOf(db, params.id),
    ])
    if (!engineer) throw problem('not_found')
    const name = nameOf(personal, engineer)
    return { ...engineer, name, ...countsOf(cards), jobCards: cards.filter(isOpen) }
  },
})

function selectEngineers(db: Kysely<Tables>) {
  const engineers = db
    .selectFrom('staff')
    .selectAll()
    .select(
      sql<number>`(select count(*)::int from job_card where assigned_engineer = staff.id
        and status not in ('completed', 'delivered', 'cancelled'))`.as('openJobCards'),
    )
    .where('role', 'in', ['technician', 'engineer'])
    .where('status', '=', 'active')
  return db.selectFrom(engineers.as('engineer')).selectAll()
}

interface Card {
  id: string
  jobCardNumber: string
  status: string
  isToday: boolean
}

/** What is open, and what was completed today, in the center's time. */
function cardsOf(db: Kysely<Tables>, engineer: string): Promise<Card[]> {
  const today = sql<boolean>`(job_card.completed_at at time zone service_center.time_zone)::date
    = (now() at time zone service_center.time_zone)::date`
  return db
    .selectFrom('jobCard')
    .innerJoin('serviceCenter', 'serviceCenter.id', 'jobCard.serviceCenterId')
    .where('assignedEngineer', '=', engineer)
    .where((eb) => eb.or([eb('completedAt', 'is', null), today]))
    .where('jobCard.status', '<>', 'cancelled')
    .select(['jobCard.id', 'jobCardNumber', 'jobCard.status'])
    .select(sql<boolean>`coalesce(${today}, false)`.as('isToday'))
    .execute()
}

function isOpen({ isToday }: Card): boolean {
  return !isToday
}

function countsOf(cards: Card[]) {
  const count = (status: string) => cards.filter((card) => card.status === status).length
  return {
    assigned: count('assigned'),
    inProgress: count('in_progress'),
    waitingParts: count('waiting_parts'),
    completedToday: cards.filter(({ isToday }) => isToday).length,
  }
}

function nameOf(personal: PersonalData, { id, fullName }: { id: string; fullName: string | null }) {
  const place = { table: 'user', column: 'full_name', id }
  return fullName === null ? null : personal.open(fullName, place)
}
