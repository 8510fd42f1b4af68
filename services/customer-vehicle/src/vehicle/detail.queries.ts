import { countries } from '@forecourt/contracts/country'
import { available } from '@forecourt/platform/machine'
import type { Me } from '@forecourt/platform/me'
import { problem } from '@forecourt/platform/problem'
import { sql, type Kysely } from 'kysely'
import { keptComponents, pictureOf, type KeptComponents } from '../component/component.queries.ts'
import type { Customer } from '../customer/customer.ts'
import type { Means, Tables } from '../db.ts'
import { dayIn } from '../service-center/service-center.ts'
import type { VehicleDetail } from './detail.ts'
import { lifecycle } from './vehicle.queries.ts'
import { spellOutVehicle, type VehicleRow } from './vehicle.ts'
import { vinWarning } from './vin.ts'

/** A vehicle's row beside its owner's, whose personal values are sealed. */
export interface ReadVehicle extends VehicleRow {
  ownerName: string | null
  ownerPhone: string | null
  ownerEmail: string | null
  ownerStreet: string | null
  ownerCity: string | null
  ownerTaluka: string | null
  ownerDistrict: string | null
  ownerState: string | null
  ownerPinCode: string | null
  ownerVerifiedAt: string | null
  serviceCenterIds: string[]
  lastServiceDate: string | null
  lastOdometerReading: number | null
  nextServiceDate: string | null
  /** Of the first center that serves it. */
  timeZone: string | null
  /** Where they were asked for. */
  kept?: KeptComponents
}

/** Vehicles beside their owners, where the caller may see those. */
export function selectOwnedVehicles(db: Kysely<Tables>) {
  return db
    .selectFrom('vehicle')
    .leftJoin('customer as owner', 'owner.id', 'vehicle.customerId')
    .selectAll('vehicle')
    .select([
      'owner.fullName as ownerName',
      'owner.phone as ownerPhone',
      'owner.email as ownerEmail',
      'owner.street as ownerStreet',
      'owner.city as ownerCity',
      'owner.taluka as ownerTaluka',
      'owner.district as ownerDistrict',
      'owner.state as ownerState',
      'owner.pinCode as ownerPinCode',
      'owner.verifiedAt as ownerVerifiedAt',
    ])
}

type Reading = Pick<Means, 'components'> & { db: Kysely<Tables> }

/** Vehicles with all that lists and details show of them, on request with their components. */
export function selectVehicles({ db, components }: Reading, include?: 'graphical') {
  const oftenest = Math.min(...components.map((one) => one.serviceIntervalDays ?? Infinity))
  const vehicles = selectOwnedVehicles(db).select([
    sql<string[]>`array(select service_center_id from vehicle_center
      where vehicle_id = vehicle.id order by linked_at, service_center_id)`.as('serviceCenterIds'),
    sql<string | null>`last_service_date(vehicle.id)`.as('lastServiceDate'),
    sql<number | null>`last_odometer_reading(vehicle.id)`.as('lastOdometerReading'),
    sql<string | null>`coalesce(
      (select min(last_service_date + service_interval_days)
         from vehicle_component where vehicle_id = vehicle.id),
      last_service_date(vehicle.id) + ${oftenest}::integer)`.as('nextServiceDate'),
    sql<string | null>`(select time_zone from service_center
      where id = (centers_of_vehicle(vehicle.id))[1])`.as('timeZone'),
  ])
  const shown = include ? vehicles.select(keptComponents(db).as('kept')) : vehicles
  return db.selectFrom(shown.as('vehicle')).selectAll()
}

/** One vehicle that the caller may see. Throws `not_found`. */
export async function oneVehicle(
  reading: Reading,
  id: string,
  include?: 'graphical',
): Promise<ReadVehicle> {
  const vehicle = await selectVehicles(reading, include).where('id', '=', id).executeTakeFirst()
  if (!vehicle) throw problem('not_found')
  return vehicle
}

type Showing = Pick<Means, 'personal' | 'components'> & { me: Me; now: string }

export function shownVehicle(
  { kept, timeZone, ...row }: ReadVehicle,
  showing: Showing,
): VehicleDetail {
  const { serviceCenterIds, lastServiceDate, lastOdometerReading, nextServiceDate } = row
  return {
    ...spellOutVehicle(row),
    ...shownOwner(row, showing),
    serviceCenterId: serviceCenterIds[0] ?? null,
    serviceCenterIds,
    lastServiceDate,
    lastOdometerReading,
    nextServiceDate,
    nextServiceDue: nextServiceDate !== null && nextServiceDate <= dayIn(timeZone, showing.now),
    vinWarning: vinWarning(row.vin),
    available: available(lifecycle, row, showing.me.may),
    ...(kept && { graphicalData: pictureOf(row.id, kept, showing.components) }),
  }
}

function shownOwner(row: Omit<ReadVehicle, 'kept' | 'timeZone'>, { personal }: Showing) {
  const open = (column: string, sealed: string | null) =>
    sealed === null
      ? null
      : personal.open(sealed, { table: 'customer', column, id: row.customerId })
  const { ownerName, ownerVerifiedAt } = row
  return {
    ownerName,
    ownerPhone: open('phone', row.ownerPhone),
    ownerEmail: open('email', row.ownerEmail),
    ownerAddress: ownerName === null ? null : addressOf(row, open('street', row.ownerStreet)),
    ownerVerified: ownerName === null ? null : ownerVerifiedAt !== null,
  }
}

function addressOf(
  row: Omit<ReadVehicle, 'kept' | 'timeZone'>,
  street: string | null,
): Customer['address'] {
  return {
    street,
    city: row.ownerCity ?? '',
    taluka: row.ownerTaluka ?? '',
    district: row.ownerDistrict ?? '',
    state: row.ownerState ?? '',
    zipCode: row.ownerPinCode ?? '',
    country: countries.IN,
  }
}
