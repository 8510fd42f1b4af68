import { randomUUIDv7 } from 'node:crypto'
import {
  ServiceCenterChanged,
  ServiceCenterOpened,
  type ServiceCenterState,
} from '@forecourt/contracts/identity-events'
import { customerRoles } from '@forecourt/contracts/roles'
import type { Context } from '@forecourt/platform/endpoint'
import type { Emit } from '@forecourt/platform/outbox'
import { fieldProblem, problem } from '@forecourt/platform/problem'
import { changeRow, lockRow } from '@forecourt/platform/row'
import { given } from '@forecourt/platform/table'
import { sql, type Kysely } from 'kysely'
import type { z } from 'zod'
import type { Tables } from '../db.ts'
import {
  changesOf,
  newServiceCenter,
  type ChangeServiceCenter,
  type Opening,
  type ServiceCenterAndZone,
  type ServiceCenterRow,
} from './service-center.ts'

/** Every center with the PIN prefixes of its zone. */
export function selectServiceCenters(db: Kysely<Tables>) {
  return db
    .selectFrom('serviceCenter')
    .selectAll()
    .select(
      sql<string[]>`array(select pin_prefix from service_center_zone
        where service_center_id = service_center.id order by pin_prefix)`.as('pinPrefixes'),
    )
}

type NewCenter = Opening & { isHeadOffice?: boolean }

/** Opens a center with its zone. Throws `center_code_taken` and `pin_prefix_taken`. */
export async function insertServiceCenter(
  context: { db: Kysely<Tables>; emit: Emit },
  opening: NewCenter,
): Promise<ServiceCenterAndZone> {
  const center = await insertUnlessTaken(context, opening)
  if (!center) throw problem('center_code_taken')
  return center
}

/** The same, but undefined when another center has the code. */
export async function insertUnlessTaken(
  { db, emit }: { db: Kysely<Tables>; emit: Emit },
  { pinPrefixes, ...particulars }: NewCenter,
): Promise<ServiceCenterAndZone | undefined> {
  const center = await db
    .insertInto('serviceCenter')
    .values({ ...newServiceCenter, id: randomUUIDv7(), ...given(particulars) })
    .onConflict((conflict) => conflict.column('code').doNothing())
    .returningAll()
    .executeTakeFirst()
  if (!center) return undefined
  await writeZone(db, center.id, pinPrefixes)
  emit(ServiceCenterOpened, center.version, stateOf(center, pinPrefixes))
  return { ...center, pinPrefixes }
}

/** Changes a center and its zone. Throws `not_found`, and 422 for a manager who is none. */
export async function changeCenter(
  context: Context<Tables>,
  id: string,
  body: ChangeServiceCenter,
): Promise<ServiceCenterAndZone> {
  const { db, emit } = context
  await refuseUnknownManager(db, body.managerId)
  const before = await lockRow<ServiceCenterRow>(context, 'serviceCenter', id)
  if (body.code !== undefined && body.code !== before.code) {
    throw fieldProblem('code', 'Invoices are numbered by it: open another service center instead')
  }
  const { pinPrefixes, ...changes } = changesOf(before, body)
  const center = await changeRow(context, 'serviceCenter', before, given(changes))
  if (pinPrefixes) await writeZone(db, id, pinPrefixes)
  const after = await selectServiceCenters(db).where('id', '=', id).executeTakeFirstOrThrow()
  emit(ServiceCenterChanged, center.version, stateOf(center, after.pinPrefixes))
  return after
}

/** Throws unless the account is one of staff. */
export async function refuseUnknownManager(
  db: Kysely<Tables>,
  managerId: string | null | undefined,
): Promise<void> {
  if (!managerId) return
  const manager = await db
    .selectFrom('user')
    .select('role')
    .where('id', '=', managerId)
    .executeTakeFirst()
  if (manager && !customerRoles.includes(manager.role)) return
  throw fieldProblem('managerId', 'Choose somebody who works here')
}

/** A center that is closed takes no new work; one that is closed already stays as it is. */
export async function closeServiceCenter(
  context: { db: Kysely<Tables>; emit: Emit },
  id: string,
): Promise<void> {
  const { db, emit } = context
  const center = await db
    .selectFrom('serviceCenter')
    .selectAll()
    .where('id', '=', id)
    .where('isActive', '=', true)
    .forUpdate()
    .executeTakeFirst()
  if (!center) return
  const closed = await changeRow(context, 'serviceCenter', center, { isActive: false })
  const { pinPrefixes } = await selectServiceCenters(db)
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  emit(ServiceCenterChanged, closed.version, stateOf(closed, pinPrefixes))
}

/** Replaces the zone of a center; a prefix belongs to one center only. */
async function writeZone(
  db: Kysely<Tables>,
  serviceCenterId: string,
  pinPrefixes: string[],
): Promise<void> {
  await db.deleteFrom('serviceCenterZone').where('serviceCenterId', '=', serviceCenterId).execute()
  if (pinPrefixes.length === 0) return
  // In one order for everybody: two centers that want the same prefixes must not wait in a circle.
  const zones = pinPrefixes.toSorted().map((pinPrefix) => ({ serviceCenterId, pinPrefix }))
  const written = await db
    .insertInto('serviceCenterZone')
    .values(zones)
    .onConflict((conflict) => conflict.doNothing())
    .returning('pinPrefix')
    .execute()
  const taken = new Set(pinPrefixes).difference(new Set(written.map((zone) => zone.pinPrefix)))
  if (taken.size > 0) throw problem('pin_prefix_taken', { prefixes: [...taken].join(', ') })
}

/** The full public state that every event of a center carries. */
function stateOf(
  center: ServiceCenterRow,
  pinPrefixes: string[],
): z.infer<typeof ServiceCenterState> {
  const { id, code, name, isActive, isHeadOffice, gstin, timeZone } = center
  const { street, city, state, pinCode, country, tradeLicenseNumber, vatCertification } = center
  return {
    serviceCenterId: id,
    code,
    name,
    isActive,
    isHeadOffice,
    pinPrefixes,
    street,
    city,
    state,
    pinCode,
    country,
    gstin,
    tradeLicenseNumber,
    vatCertification,
    timeZone,
  }
}
