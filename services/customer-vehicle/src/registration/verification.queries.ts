import { randomUUIDv7 } from 'node:crypto'
import {
  CustomerChanged,
  CustomerRegistered,
  VehicleRegistered,
} from '@forecourt/contracts/customer-vehicle-events'
import { changeRow } from '@forecourt/platform/row'
import { sql, type Kysely } from 'kysely'
import type { CustomerRow } from '../customer/customer.ts'
import {
  centersOfCustomer,
  openedCustomer,
  sealedCustomer,
  stateOfCustomer,
} from '../customer/customer.queries.ts'
import type { Tables } from '../db.ts'
import { attachFiles, releaseFiles } from '../file/file.queries.ts'
import { addVehicles, stateOfVehicle } from '../vehicle/vehicle.queries.ts'
import type { VehicleRow } from '../vehicle/vehicle.ts'
import type { Form, FormVehicle } from './form.ts'
import type { Writing } from './form.queries.ts'
import { referenceId, referencePrefix } from './reference-id.ts'
import type { RegistrationRow } from './registration.ts'

/** The customer of the proved phone: made now, or the one that is there, whose data stays. */
export async function settleCustomer(
  context: Writing,
  registration: RegistrationRow,
  form: Form,
): Promise<CustomerRow> {
  const { db, emit, now, personal } = context
  const { phone: _, alternativePhone: __, email: ___, street: ____, ...plain } = form.customer
  const id = randomUUIDv7()
  // Whoever proves the same phone meanwhile waits here, before a number is drawn.
  const added = await db
    .insertInto('customer')
    .values({
      ...plain,
      ...sealedCustomer(personal, id, form.customer),
      id,
      marketingConsent: true,
    })
    .onConflict((conflict) => conflict.column('phoneIndex').doNothing())
    .returningAll()
    .executeTakeFirst()
  const row = added ?? (await lockedCustomer(db, registration.phoneIndex))
  await linkToCenter(db, row.id, registration.serviceCenterId)
  if (row.verifiedAt) return enrich(context, row, form)
  const drawn = await drawReferenceId(db, registration, form)
  const typed = added ? {} : { ...plain, ...sealedCustomer(personal, row.id, form.customer) }
  const verified = { ...typed, referenceId: drawn, verifiedAt: now }
  const customer = added
    ? await completed(db, row.id, verified)
    : await changeRow(context, 'customer', row, verified)
  const centers = await centersOfCustomer(db, row.id)
  emit(CustomerRegistered, customer.version, stateOfCustomer(personal, customer, centers))
  return customer
}

async function lockedCustomer(db: Kysely<Tables>, phoneIndex: string): Promise<CustomerRow> {
  return db
    .selectFrom('customer')
    .selectAll()
    .where('phoneIndex', '=', phoneIndex)
    .forUpdate()
    .executeTakeFirstOrThrow()
}

/** The row was added a moment ago in this transaction, so this is still its first version. */
async function completed(
  db: Kysely<Tables>,
  id: string,
  verified: Pick<CustomerRow, 'referenceId' | 'verifiedAt'>,
): Promise<CustomerRow> {
  return db
    .updateTable('customer')
    .set(verified)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** What a known customer typed differently is kept for staff to decide on. */
async function enrich(context: Writing, row: CustomerRow, form: Form): Promise<CustomerRow> {
  const { db, emit, personal } = context
  const known = { ...row, ...openedCustomer(personal, row) }
  const different = Object.entries(form.customer).filter(
    ([field, typed]) => known[field as keyof Form['customer']] !== typed,
  )
  const place = { table: 'customer', column: 'suggestion', id: row.id }
  const suggestion =
    different.length > 0
      ? personal.seal(JSON.stringify(Object.fromEntries(different)), place)
      : row.suggestion
  const customer = await changeRow(context, 'customer', row, { suggestion })
  const centers = await centersOfCustomer(db, row.id)
  emit(CustomerChanged, customer.version, stateOfCustomer(personal, customer, centers))
  return customer
}

async function linkToCenter(db: Kysely<Tables>, customerId: string, serviceCenterId: string) {
  await sql`insert into customer_center (customer_id, service_center_id)
    values (${customerId}::uuid, ${serviceCenterId}::uuid) on conflict do nothing`.execute(db)
}

/** The next number of the prefix; its row stays locked until the end, so that none is skipped. */
async function drawReferenceId(
  db: Kysely<Tables>,
  registration: RegistrationRow,
  form: Form,
): Promise<string> {
  const center = await db
    .selectFrom('serviceCenter')
    .select('code')
    .where('id', '=', registration.serviceCenterId)
    .executeTakeFirstOrThrow()
  const prefix = referencePrefix(form.vehicles[0]?.plate ?? null, center.code)
  const { rows } = await sql<{ last: number }>`
    insert into reference_counter as counter (prefix, last) values (${prefix}, 1)
    on conflict (prefix) do update set last = counter.last + 1
    returning last`.execute(db)
  return referenceId(prefix, rows[0]?.last ?? 0)
}

/** The vehicles of a proved form; those that the customer has already stay as they are. */
export async function settleNewVehicles(
  context: Writing,
  registration: RegistrationRow,
  customerId: string,
  vehicles: FormVehicle[],
): Promise<VehicleRow[]> {
  const { db, emit, personal } = context
  const { id: from, serviceCenterId } = registration
  const drafts = vehicles.map(({ plate, brand, model, yearOfPurchase, photoFileId }) => ({
    id: randomUUIDv7(),
    customerId,
    plate: plate.plate,
    plateKey: plate.key,
    plateKind: plate.kind,
    brand,
    model,
    yearOfPurchase,
    photoFileId,
  }))
  const { added, all } = await addVehicles(db, customerId, drafts)
  for (const vehicle of added) {
    const photos = vehicle.photoFileId ? [vehicle.photoFileId] : []
    await attachFiles(db, photos, { purpose: 'vehicle_photo', to: vehicle.id, from })
    emit(VehicleRegistered, vehicle.version, stateOfVehicle(personal, vehicle, [serviceCenterId]))
  }
  const links = added.map(({ id }) => ({ vehicleId: id, serviceCenterId }))
  if (links.length > 0) {
    await sql`insert into vehicle_center (vehicle_id, service_center_id)
      select id, ${serviceCenterId}::uuid
        from unnest(${links.map(({ vehicleId }) => vehicleId)}::uuid[]) as id`.execute(db)
  }
  await releaseFiles(context, from)
  return all
}
