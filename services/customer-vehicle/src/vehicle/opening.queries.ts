import { randomUUIDv7 } from 'node:crypto'
import { VehicleRegistered } from '@forecourt/contracts/customer-vehicle-events'
import { fieldProblem, problem } from '@forecourt/platform/problem'
import { changeRow, lockRow } from '@forecourt/platform/row'
import { given } from '@forecourt/platform/table'
import { transition } from '@forecourt/platform/transition'
import { findBrand } from '../brand/brand.queries.ts'
import { attachFiles, releaseFile } from '../file/file.queries.ts'
import type { Writing } from '../registration/form.queries.ts'
import { oneVehicle, shownVehicle } from './detail.queries.ts'
import type { VehicleDetail } from './detail.ts'
import { today } from '../service-center/service-center.queries.ts'
import { changeTaken } from './adding.queries.ts'
import { takeOverVehicle, takeOverVin } from './unproved.queries.ts'
import { moveToOwner } from './move.queries.ts'
import type { ChangeVehicle, OpenVehicle } from './opening.ts'
import {
  centersOfVehicle,
  lifecycle,
  linkVehicle,
  stateOfVehicle,
  tellVehicle,
  toldVehicle,
} from './vehicle.queries.ts'
import type { VehicleRow } from './vehicle.ts'
import { yearProblem } from './year.ts'

/**
 * Adds a vehicle to a customer; what is only entered of somebody else, a customer who has proved
 * the phone takes over. Throws `vehicle_already_registered` and `vin_taken`.
 */
export async function insertVehicle(
  context: Writing,
  body: OpenVehicle,
  { customerId, serviceCenterId }: { customerId: string; serviceCenterId: string },
): Promise<string> {
  const { db, now, emit, personal } = context
  const whose = { customerId, serviceCenterId }
  const taken = await takeOverVehicle(context, body.vehicleNumber.key, whose)
  await takeOverVin(context, body.vin, customerId)
  const id = taken ?? randomUUIDv7()
  await refuseFuture(body, () => today(context, serviceCenterId))
  const { brand, ...columns } = await columnsOf(context, id, body)
  const { model, vehicleNumber } = body
  const values = { ...columns, ...markOf(vehicleNumber), customerId, brand, model }
  const refuse = (error: unknown) => refuseTaken(error, body)
  if (taken !== undefined) {
    await tellVehicle(context, await changeTaken(db, id, values).catch(refuse))
    return id
  }
  // A center sees the vehicle that it adds by its link.
  await linkVehicle(db, { vehicleId: id, serviceCenterId, linkedAt: now })
  const row = await db
    .insertInto('vehicle')
    .values({ ...values, id, status: 'active' })
    .returningAll()
    .executeTakeFirstOrThrow()
    .catch(refuse)
  emit(VehicleRegistered, row.version, stateOfVehicle(personal, row, [serviceCenterId]))
  return id
}

/** Changes a vehicle by what was given, its owner too, and tells of it. */
export async function changeVehicle(
  context: Writing,
  id: string,
  change: ChangeVehicle,
): Promise<void> {
  const before = await lockRow<VehicleRow>(context, 'vehicle', id)
  const customerId = await moveToOwner(context, before, change)
  const { vehicleNumber } = change
  await takeOverVin(context, change.vin, customerId ?? before.customerId)
  await refuseFuture(change, async () => {
    const [center] = await centersOfVehicle(context.db, id)
    return today(context, center)
  })
  const changes = {
    ...(await columnsOf(context, id, change)),
    ...(vehicleNumber && markOf(vehicleNumber)),
    ...given({ customerId }),
  }
  const changed = await changeRow<VehicleRow>(context, 'vehicle', before, changes).catch(
    (error: unknown) => refuseTaken(error, change),
  )
  const { photoFileId } = before
  if (photoFileId && photoFileId !== changed.photoFileId) {
    await releaseFile(context, id, photoFileId)
  }
  await tellVehicle(context, changed)
}

/** Archives a vehicle, or brings it back. */
export async function moveVehicle(
  context: Writing,
  id: string,
  move: 'archive' | 'restore',
): Promise<VehicleDetail> {
  const tell = (row: VehicleRow) => toldVehicle(context, row)
  await transition(context, lifecycle, { table: 'vehicle', id, move, tell })
  return shownVehicle(await oneVehicle(context, id), context)
}

function markOf({ plate, key, kind }: OpenVehicle['vehicleNumber']) {
  return { plate, plateKey: key, plateKind: kind }
}

/** Throws what is wrong with a year or a day; `dayOf` is asked only where there is one. */
async function refuseFuture(
  { yearOfPurchase, registrationDate }: ChangeVehicle,
  dayOf: () => Promise<string>,
): Promise<void> {
  if (!yearOfPurchase && !registrationDate) return
  const day = await dayOf()
  const fault = yearOfPurchase && yearProblem(yearOfPurchase, Number(day.slice(0, 4)))
  if (fault) throw fieldProblem('yearOfPurchase', fault)
  if (registrationDate && registrationDate > day) {
    throw fieldProblem('registrationDate', 'Registration date must not lie in the future')
  }
}

/** The columns of what was given, but for the mark, in the names of our lists. */
async function columnsOf(context: Writing, vehicleId: string, body: ChangeVehicle) {
  const { db } = context
  const { model, yearOfPurchase, vin, color, engineNumber, chassisNumber } = body
  const { photoFileId, registrationDate } = body
  if (photoFileId) {
    const attachment = { purpose: 'vehicle_photo', to: vehicleId, field: 'photoFileId' } as const
    await attachFiles(db, [photoFileId], attachment)
  }
  const papers = { vin, color, engineNumber, chassisNumber, registrationDate }
  const brand = await brandOf(context, body.brand)
  return given({ ...papers, brand, model, yearOfPurchase, photoFileId })
}

async function brandOf({ db }: Writing, typed: string | undefined): Promise<string | undefined> {
  if (typed === undefined) return undefined
  const brand = await findBrand(db, typed)
  if (!brand) throw fieldProblem('brand', 'Choose a vehicle brand from the list')
  return brand.name
}

/** Only the database sees whose mark or VIN it is, and whether two come at once. */
function refuseTaken(error: unknown, { vehicleNumber }: ChangeVehicle): never {
  const constraint = error instanceof Error && 'constraint' in error ? error.constraint : undefined
  if (constraint === 'vehicle_vin') throw problem('vin_taken', {}, error)
  if (constraint === 'vehicle_plate_key_key') {
    throw problem('vehicle_already_registered', { plates: vehicleNumber?.plate }, error)
  }
  throw error
}
