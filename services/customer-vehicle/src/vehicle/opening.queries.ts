import { randomUUIDv7 } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { VehicleRegistered } from '@forecourt/contracts/customer-vehicle-events'
import { fieldProblem, problem } from '@forecourt/platform/problem'
import { changeRow, lockRow } from '@forecourt/platform/row'
import { given } from '@forecourt/platform/table'
import { transition } from '@forecourt/platform/transition'
import { z } from 'zod'
import { findBrand } from '../brand/brand.queries.ts'
import { graphicalOf } from '../component/component.queries.ts'
import { Graphical } from '../component/component.ts'
import type { Here } from '../db.ts'
import { attachFiles, releaseFile } from '../file/file.queries.ts'
import { oneVehicle, shownVehicle } from './detail.queries.ts'
import type { VehicleDetail } from './detail.ts'
import { today } from '../service-center/service-center.queries.ts'
import { changeTaken } from './adding.queries.ts'
import { takeOverMark, takeOverVehicle, takeOverVin } from './unproved.queries.ts'
import { moveToOwner } from './move.queries.ts'
import { settleSpellings, type ChangeVehicle, type OpenVehicle } from './opening.ts'
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
  context: Here,
  body: OpenVehicle,
  { customerId, serviceCenterId }: { customerId: string; serviceCenterId: string },
): Promise<string> {
  const { db, now, emit, personal } = context
  const whose = { customerId, serviceCenterId }
  const taken = await takeOverVehicle(context, body.vehicleNumber.key, whose)
  await takeOverVin(context, body.vin, customerId)
  const id = taken ?? randomUUIDv7()
  await refuseFuture(body, ownPaths, () => today(context, serviceCenterId))
  const { brand, ...columns } = await columnsOf(context, id, body, ownPaths)
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
export async function changeVehicle(context: Here, id: string, body: ChangeVehicle): Promise<void> {
  const before = await lockRow<VehicleRow>(context, 'vehicle', id)
  await refuseElsewhere(context, before, body)
  const { paths, faults, ...spelled } = settleSpellings(before, body)
  if (Object.keys(faults).length > 0) throw problem('body_invalid', { fields: faults })
  const change = { ...body, ...spelled }
  const customerId = await moveToOwner(context, before, change)
  await takeOverOthers(context, before, { ...change, customerId })
  await refuseFuture(change, paths, async () => {
    const [center] = await centersOfVehicle(context.db, id)
    return today(context, center)
  })
  const changes = {
    ...(await columnsOf(context, id, change, paths)),
    ...(change.vehicleNumber && markOf(change.vehicleNumber)),
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

/** What the vehicle has already is its own, also where its owner has proved nothing until now. */
async function takeOverOthers(
  context: Here,
  before: VehicleRow,
  { vehicleNumber, vin, customerId = before.customerId }: ChangeVehicle,
): Promise<void> {
  if (vin !== before.vin) await takeOverVin(context, vin, customerId)
  if (!vehicleNumber || vehicleNumber.key === before.plateKey) return
  await takeOverMark(context, vehicleNumber.key, customerId)
}

/** Archives a vehicle, or brings it back. */
export async function moveVehicle(
  context: Here,
  id: string,
  move: 'archive' | 'restore',
): Promise<VehicleDetail> {
  const tell = (row: VehicleRow) => toldVehicle(context, row)
  await transition(context, lifecycle, { table: 'vehicle', id, move, tell })
  return shownVehicle(await oneVehicle(context, id), context)
}

/** Throws a 422 for what a body says otherwise than it is, and has an address of its own. */
async function refuseElsewhere(
  context: Here,
  before: VehicleRow,
  { status, graphicalData }: ChangeVehicle,
): Promise<void> {
  if (status !== undefined && status !== before.status) {
    throw fieldProblem('status', 'Use PUT /vehicles/:id/archive or PUT /vehicles/:id/restore')
  }
  if (graphicalData === undefined) return
  const shown = z.encode(Graphical, await graphicalOf(context, before.id))
  if (isDeepStrictEqual(graphicalData, shown)) return
  throw fieldProblem('graphicalData', 'Use PUT /vehicles/:id/graphical')
}

/** Under which names a body has what our lists and the calendar judge. */
type Paths = Record<'brand' | 'yearOfPurchase', string>

const ownPaths: Paths = { brand: 'brand', yearOfPurchase: 'yearOfPurchase' }

function markOf({ plate, key, kind }: OpenVehicle['vehicleNumber']) {
  return { plate, plateKey: key, plateKind: kind }
}

/** Throws what is wrong with a year or a day; `dayOf` is asked only where there is one. */
async function refuseFuture(
  { yearOfPurchase, registrationDate }: Pick<OpenVehicle, 'yearOfPurchase' | 'registrationDate'>,
  paths: Paths,
  dayOf: () => Promise<string>,
): Promise<void> {
  if (!yearOfPurchase && !registrationDate) return
  const day = await dayOf()
  const fault = yearOfPurchase && yearProblem(yearOfPurchase, Number(day.slice(0, 4)))
  if (fault) throw fieldProblem(paths.yearOfPurchase, fault)
  if (registrationDate && registrationDate > day) {
    throw fieldProblem('registrationDate', 'Registration date must not lie in the future')
  }
}

/** The columns of what was given, but for the mark, in the names of our lists. */
async function columnsOf(
  context: Here,
  vehicleId: string,
  body: Omit<ChangeVehicle, 'make' | 'year' | 'customerId'>,
  paths: Paths,
) {
  const { db } = context
  const { model, yearOfPurchase, vin, color, engineNumber, chassisNumber } = body
  const { photoFileId, registrationDate } = body
  if (photoFileId) {
    const attachment = { purpose: 'vehicle_photo', to: vehicleId, field: 'photoFileId' } as const
    await attachFiles(db, [photoFileId], attachment)
  }
  const papers = { vin, color, engineNumber, chassisNumber, registrationDate }
  const brand = await brandOf(context, body.brand, paths)
  return given({ ...papers, brand, model, yearOfPurchase, photoFileId })
}

async function brandOf(
  { db }: Here,
  typed: string | undefined,
  paths: Paths,
): Promise<string | undefined> {
  if (typed === undefined) return undefined
  const brand = await findBrand(db, typed)
  if (!brand) throw fieldProblem(paths.brand, 'Choose a vehicle brand from the list')
  return brand.name
}

/** Only the database sees whose mark or VIN it is, and whether two come at once. */
function refuseTaken(
  error: unknown,
  { vehicleNumber }: Pick<ChangeVehicle, 'vehicleNumber'>,
): never {
  const constraint = error instanceof Error && 'constraint' in error ? error.constraint : undefined
  if (constraint === 'vehicle_vin') throw problem('vin_taken', {}, error)
  if (constraint === 'vehicle_plate_key_key') {
    throw problem('vehicle_already_registered', { plates: vehicleNumber?.plate }, error)
  }
  throw error
}
