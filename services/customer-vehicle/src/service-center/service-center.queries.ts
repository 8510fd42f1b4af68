import { fieldProblem, problem } from '@forecourt/platform/problem'
import { isOfAllCenters, type Me } from '@forecourt/platform/me'
import { sql, type Kysely } from 'kysely'
import type { Tables } from '../db.ts'
import { dayIn, type ServiceCenterRow } from './service-center.ts'

/**
 * The center that a registration belongs to: the one that was named; else that of the employee who
 * enters it; else the one whose zone has the PIN code, by its longest prefix; else the head office.
 * Throws a 422 for a center that is closed, unknown, or not the employee's own.
 */
export async function centerOfRegistration(
  db: Kysely<Tables>,
  me: Me,
  asked: { serviceCenterId: string | null; pinCode: string },
): Promise<ServiceCenterRow> {
  const isClerk = me.may('registration.create') && !isOfAllCenters(me)
  const named = asked.serviceCenterId ?? (isClerk ? (me.centers[0] ?? null) : null)
  if (named === null) return centerOfZone(db, asked.pinCode)
  if (isClerk && !me.centers.includes(named)) {
    throw fieldProblem('serviceCenterId', 'Choose one of your own service centers')
  }
  const center = await centersInBusiness(db).where('id', '=', named).executeTakeFirst()
  if (!center) throw fieldProblem('serviceCenterId', 'Choose a service center from the list')
  return center
}

async function centerOfZone(db: Kysely<Tables>, pinCode: string): Promise<ServiceCenterRow> {
  const longest = sql`(select max(length(prefix)) from unnest(pin_prefixes) as prefix
    where starts_with(${pinCode}, prefix))`
  const center = await centersInBusiness(db)
    .where((eb) => eb.or([eb('isHeadOffice', '=', true), sql<boolean>`${longest} is not null`]))
    .orderBy(sql`${longest} desc nulls last`)
    .limit(1)
    .executeTakeFirst()
  // The head office arrives from identity soon after the first start.
  if (!center) throw problem('service_unavailable', { retryAfterS: 2 })
  return center
}

function centersInBusiness(db: Kysely<Tables>) {
  return db.selectFrom('serviceCenter').selectAll().where('isActive', '=', true)
}

/** Which day it is at a center, or in India where none is known. */
export async function today(
  { db, now }: { db: Kysely<Tables>; now: string },
  serviceCenterId: string | undefined,
): Promise<string> {
  if (serviceCenterId === undefined) return dayIn(undefined, now)
  const center = await db
    .selectFrom('serviceCenter')
    .select('timeZone')
    .where('id', '=', serviceCenterId)
    .executeTakeFirst()
  return dayIn(center?.timeZone, now)
}
