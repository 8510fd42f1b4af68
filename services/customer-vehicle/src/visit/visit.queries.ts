import type { Emit } from '@forecourt/platform/outbox'
import { problem } from '@forecourt/platform/problem'
import { changeRow } from '@forecourt/platform/row'
import { asHouse, transition } from '@forecourt/platform/transition'
import { sql, type Kysely } from 'kysely'
import type { Means, Tables } from '../db.ts'
import {
  centersOfVehicle,
  lifecycle,
  linkVehicle,
  tellVehicle,
  toldVehicle,
} from '../vehicle/vehicle.queries.ts'
import type { VehicleRow } from '../vehicle/vehicle.ts'
import type { VisitRow } from './visit.ts'

type Following = Pick<Means, 'personal'> & { db: Kysely<Tables>; emit: Emit }

/** Visits with what they were billed with; an invoice that was taken back counts no more. */
export function selectVisits(db: Kysely<Tables>) {
  const visits = db
    .selectFrom('visit')
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('visitInvoice')
          .select([
            'id as invoiceId',
            'invoiceNumber',
            'invoiceDate',
            'totalMinor as invoiceTotalMinor',
          ])
          .whereRef('jobCardId', '=', 'visit.id')
          .where('status', '<>', 'cancelled')
          .orderBy('id', 'desc')
          .limit(1)
          .as('invoice'),
      (join) => join.onTrue(),
    )
    .selectAll('visit')
    .select(['invoiceId', 'invoiceNumber', 'invoiceDate', 'invoiceTotalMinor'])
  return db.selectFrom(visits.as('visit')).selectAll()
}

/**
 * Throws `not_found` for a vehicle that the caller neither sees nor had a visit with: whoever sold
 * one keeps the own visits.
 */
export async function refuseForeignVehicle(db: Kysely<Tables>, id: string): Promise<void> {
  const vehicles = db.selectFrom('vehicle').select('id').where('id', '=', id)
  const visits = db.selectFrom('visit').select('id').where('vehicleId', '=', id)
  const known = await vehicles.unionAll(visits).limit(1).executeTakeFirst()
  if (!known) throw problem('not_found')
}

const moveTo = { in_service: 'arrive', completed: 'finish', active: 'leave' } as const

/** A vehicle is as its visits are, and a center that works on it serves it from then on. */
export async function followVisits(
  following: Following,
  { vehicleId: id, serviceCenterId }: Pick<VisitRow, 'vehicleId' | 'serviceCenterId'>,
  linkedAt: string,
): Promise<void> {
  const { db } = following
  const centers = await centersOfVehicle(db, id)
  // A vehicle that is no more keeps its visits in the books of the workshop alone.
  if (centers.length === 0) return
  const isNew = await linkVehicle(db, { vehicleId: id, serviceCenterId, linkedAt })
  const vehicles = db.selectFrom('vehicle').selectAll().where('id', '=', id)
  const before: VehicleRow = await vehicles.forUpdate().executeTakeFirstOrThrow()
  if (isNew) await tellVehicle(following, await changeRow({ db }, 'vehicle', before, {}))
  const move = moveTo[await statusByVisits(db, id)]
  const { from } = lifecycle.moves[move]
  if (!from.some((status) => status === before.status)) return
  const tell = (row: VehicleRow) => toldVehicle(following, row)
  await transition(asHouse(following), lifecycle, { table: 'vehicle', id, move, tell })
}

/** Asked under the lock of the vehicle, so that visits that end at once see each other. */
async function statusByVisits(db: Kysely<Tables>, id: string): Promise<keyof typeof moveTo> {
  const { rows } = await sql<{ status: keyof typeof moveTo }>`
    select status_by_visits(${id}::uuid) as status`.execute(db)
  return rows[0]?.status ?? 'active'
}
