import { randomUUIDv7 } from 'node:crypto'
import { fileIdIn } from '@forecourt/contracts/file-address'
import { problem } from '@forecourt/platform/problem'
import { sql, type Kysely } from 'kysely'
import type { z } from 'zod'
import type { Here, Means, Tables } from '../db.ts'
import { closeServiceCenter, insertUnlessTaken } from '../service-center/service-center.queries.ts'
import { openSession } from '../session/session.queries.ts'
import type { Sign } from '../signing-key/signing-key.ts'
import { takeUnproved } from '../user/contact.queries.ts'
import { createUser, openedPerson, selectUsers } from '../user/user.queries.ts'
import type { UserRow } from '../user/user.ts'
import { garageCodeOf, type Garage, type GarageOpened, type GarageRow } from './garage.ts'
import {
  forgetRegistration,
  lockVerified,
  type Registration,
} from './garage-registration.queries.ts'
import type { CompleteRegistration, Place } from './garage-registration.ts'
import { suspendStaff } from './garage-staff.queries.ts'

/**
 * Opens what a registration asked for: a service center, an account that manages it, and a session
 * of its owner. The registration ends with it, so that whoever comes second finds none.
 */
export async function openGarage(
  context: Here & { sign: Sign },
  { userId: handle, ...said }: CompleteRegistration,
): Promise<z.input<typeof GarageOpened>> {
  const registration = await lockVerified(context, handle)
  const { form, place } = registration
  if (!place) throw problem('garage_place_missing')
  const serviceCenterId = await openCenter(context, place, said)
  const emiratesIdFileId = fileIdIn(said.emiratesIdUrl)
  const user = await openAccount(context, registration, { serviceCenterId, emiratesIdFileId })
  await keepGarage(context, { userId: user.id, serviceCenterId, place, said })
  await forgetRegistration(context, registration.id)
  const { accessToken, refreshToken } = await openSession(context, user, 'unproved')
  context.proved({ userId: user.id, roles: [user.role], centers: user.serviceCenterIds })
  const { email, fullName, phoneNumber } = form
  const { id, createdAt, updatedAt } = user
  return {
    user: { id, email, role: 'garage_owner', status: 'active', createdAt, updatedAt },
    profile: {
      ...{ fullName, email, phoneNumber, companyLegalName: said.companyLegalName },
      status: 'active',
      ...proofsOf(user),
    },
    accessToken,
    refreshToken,
  }
}

type Said = Omit<CompleteRegistration, 'userId'>

/** Numbers are drawn by the database, and a code that an administrator has used is passed over. */
async function openCenter(context: Here, place: Place, said: Said): Promise<string> {
  const { address, street, state, location } = place
  for (;;) {
    const { rows } = await sql<{ number: number }>`
      select nextval('garage_number') as number`.execute(context.db)
    const center = await insertUnlessTaken(context, {
      code: garageCodeOf(rows[0]?.number ?? 0),
      name: said.companyLegalName,
      street: `${address}, ${street}`,
      city: location,
      state,
      country: 'AE',
      timeZone: 'Asia/Dubai',
      tradeLicenseNumber: said.tradeLicenseNumber,
      vatCertification: said.vatCertification || null,
      pinPrefixes: [],
    })
    if (center) return center.id
  }
}

async function openAccount(
  context: Here,
  { form, proved, provedAt }: Registration,
  opened: { serviceCenterId: string; emiratesIdFileId: string | null },
): Promise<UserRow> {
  const { fullName, email, phoneNumber: phone, passwordHash } = form
  const isEmail = proved === 'email'
  await takeUnproved(context, isEmail ? { email } : { phone })
  const user = await createUser(context, {
    ...{ fullName, email, phone, passwordHash },
    emailProvedAt: isEmail ? provedAt : null,
    phoneProvedAt: isEmail ? null : provedAt,
    role: 'garage_owner',
    status: 'active',
    serviceCenterIds: [opened.serviceCenterId],
    emiratesIdFileId: opened.emiratesIdFileId,
  })
  if (!user) throw problem('account_exists')
  return user
}

interface Kept {
  userId: string
  serviceCenterId: string
  place: Place
  said: Said
}

async function keepGarage(
  { db, personal }: Here,
  { userId, serviceCenterId, place, said }: Kept,
): Promise<void> {
  const id = randomUUIDv7()
  const seal = (column: SealedColumn, value: string) => personal.seal(value, placeOf(column, id))
  await db
    .insertInto('garage')
    .values({
      id,
      userId,
      serviceCenterId,
      companyLegalName: said.companyLegalName,
      emiratesIdUrl: seal('emirates_id_url', said.emiratesIdUrl),
      address: seal('address', place.address),
      street: seal('street', place.street),
      latitude: place.coordinates?.latitude ?? null,
      longitude: place.coordinates?.longitude ?? null,
    })
    .execute()
}

/** Takes the garage of a rejected owner out of work, and whoever was hired there. */
export async function closeGarage(context: Here, userId: string): Promise<void> {
  const garage = await context.db
    .selectFrom('garage')
    .select('serviceCenterId')
    .where('userId', '=', userId)
    .executeTakeFirst()
  if (!garage) return
  await closeServiceCenter(context, garage.serviceCenterId)
  await suspendStaff(context, garage.serviceCenterId)
}

/** The garage of an account. Throws `not_found` where there is none, or none to be seen. */
export async function garageOf(
  { db, personal }: { db: Kysely<Tables> } & Pick<Means, 'personal'>,
  userId: string,
): Promise<Garage> {
  const garage = await db
    .selectFrom('garage')
    .selectAll()
    .where('userId', '=', userId)
    .executeTakeFirst()
  if (!garage) throw problem('not_found')
  const user = await selectUsers(db).where('id', '=', userId).executeTakeFirstOrThrow()
  const center = await db
    .selectFrom('serviceCenter')
    .select(['state', 'city', 'tradeLicenseNumber', 'vatCertification'])
    .where('id', '=', garage.serviceCenterId)
    .executeTakeFirstOrThrow()
  const { phone: phoneNumber, ...person } = openedPerson(personal, user)
  const { city: location, ...known } = center
  return {
    ...{ userId, serviceCenterId: garage.serviceCenterId, ...person, phoneNumber },
    ...shownGarage(personal, garage),
    ...known,
    location,
    status: user.status,
    ...proofsOf(user),
    emailVerifiedAt: user.emailProvedAt,
    phoneVerifiedAt: user.phoneProvedAt,
  }
}

function shownGarage(personal: Means['personal'], garage: GarageRow) {
  const { id, companyLegalName, latitude, longitude, createdAt } = garage
  const open = (column: SealedColumn, sealed: string) => personal.open(sealed, placeOf(column, id))
  return {
    companyLegalName,
    createdAt,
    emiratesIdUrl: open('emirates_id_url', garage.emiratesIdUrl),
    address: open('address', garage.address),
    street: open('street', garage.street),
    coordinates: latitude === null || longitude === null ? null : { latitude, longitude },
  }
}

function proofsOf({ emailProvedAt, phoneProvedAt }: UserRow) {
  return { isEmailVerified: emailProvedAt !== null, isPhoneVerified: phoneProvedAt !== null }
}

type SealedColumn = 'emirates_id_url' | 'address' | 'street'

function placeOf(column: SealedColumn, id: string) {
  return { table: 'garage', column, id }
}
