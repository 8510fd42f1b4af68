import {
  RegistrationCodeResent,
  RegistrationOpened,
  RegistrationVerified,
} from '@forecourt/contracts/customer-vehicle-events'
import { strangersBudgets, type Budget } from '@forecourt/platform/limit'
import { machine } from '@forecourt/platform/machine'
import { isOfAllCenters, type Me } from '@forecourt/platform/me'
import { problem } from '@forecourt/platform/problem'
import { lockRow } from '@forecourt/platform/row'
import { schedule } from '@forecourt/platform/timer'
import { sql } from 'kysely'
import type { Here } from '../db.ts'
import { canonicalText, type Form } from './form.ts'
import { registrationCode, type RegistrationRow } from './registration.ts'

const DAY_MS = 86_400_000
const PER_EMPLOYEE = 60
/** More forms than one phone sends in a month. */
const MOST_TWINS = 20

/** The deadline at which a registration that nobody proved is deleted. */
export const LAPSE = 'registration.lapse'

export const lifecycle = machine<RegistrationRow>()({
  states: ['pending', 'verified'],
  start: 'pending',
  moves: {
    resend: {
      from: ['pending'],
      to: 'pending',
      may: 'public',
      says: RegistrationCodeResent,
    },
    verify: {
      from: ['pending'],
      to: 'verified',
      may: 'public',
      says: RegistrationVerified,
    },
  },
})

/** Keeps a form until its code is proved, or until it lapses. */
export async function insertRegistration(
  { db, me, now, emit, personal, settingOf }: Here,
  { id, serviceCenterId, form }: { id: string; serviceCenterId: string; form: Form },
): Promise<RegistrationRow> {
  const { fullName, phone, city, taluka, district, state, pinCode } = form.customer
  const registration = await db
    .insertInto('registration')
    .values({
      id,
      serviceCenterId,
      status: 'pending',
      form: personal.seal(JSON.stringify(form), placeOf(id)),
      phoneIndex: personal.blindIndex('phone', phone),
      fullName,
      city,
      taluka,
      district,
      state,
      pinCode,
      brands: [...new Set(form.vehicles.map(({ brand }) => brand))],
      plateKeys: form.vehicles.map(({ plate }) => plate.key),
      createdBy: me.userId,
      codeExpiresAt: expiryOfCode(),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  const lapsesAt = new Date(Date.parse(now) + settingOf('unverifiedRegistrationDays') * DAY_MS)
  await schedule({ db }, LAPSE, id, lapsesAt.toISOString())
  const vehicleCount = form.vehicles.length
  emit(RegistrationOpened, registration.version, {
    registrationId: id,
    serviceCenterId,
    vehicleCount,
  })
  return registration
}

/**
 * The registration of this phone whose form is the same, word for word, and still waits, although
 * its code has died: a person who starts anew gets another code for it.
 */
export async function findTwin(
  { db, personal }: Here,
  phoneIndex: string,
  text: string,
): Promise<string | undefined> {
  const waiting = await db
    .selectFrom('registration')
    .select(['id', 'serviceCenterId', 'form'])
    .where('phoneIndex', '=', phoneIndex)
    .where('status', '=', 'pending')
    .orderBy('createdAt', 'desc')
    .limit(MOST_TWINS)
    .execute()
  const twin = waiting.find(({ id, serviceCenterId, form }) => {
    if (form === null) return false
    return canonicalText(serviceCenterId, openedForm(personal, id, form)) === text
  })
  return twin?.id
}

/** Throws `not_found` for whoever may not know of this registration. */
export async function refuseUnseen({ db, me }: Here, id: string): Promise<void> {
  const registration = await db
    .selectFrom('registration')
    .select('serviceCenterId')
    .where('id', '=', id)
    .executeTakeFirst()
  if (!registration) throw problem('not_found')
  refuseForeign({ me }, registration)
}

/** Staff see that the code of a form is spent. */
export async function noteBlocked({ db }: Here, id: string): Promise<void> {
  const blocked = db.updateTable('registration').set({ codeBlockedAt: sql`now()` })
  await blocked.where('id', '=', id).where('status', '=', 'pending').execute()
}

/** Staff see that another code is on its way. */
export async function renewCode({ db }: Here, id: string): Promise<void> {
  const renewed = { codeExpiresAt: expiryOfCode(), codeBlockedAt: null }
  await db.updateTable('registration').set(renewed).where('id', '=', id).execute()
}

/** An employee of another center gets nowhere by knowing the id. */
function refuseForeign(
  { me }: Pick<Here, 'me'>,
  { serviceCenterId }: Pick<RegistrationRow, 'serviceCenterId'>,
): void {
  const isClerk = me.centers.length > 0 && !isOfAllCenters(me)
  if (isClerk && !me.centers.includes(serviceCenterId)) throw problem('not_found')
}

/**
 * Locks a registration and opens what its person typed. Throws `not_found`, and
 * `registration_already_verified` once the form is emptied.
 */
export async function lockForm(context: Here, id: string): Promise<Form> {
  const registration = await lockRow<RegistrationRow>(withoutForm(context), 'registration', id)
  refuseForeign(context, registration)
  if (registration.form === null) throw problem('registration_already_verified')
  return openedForm(context.personal, id, registration.form)
}

function openedForm(personal: Here['personal'], id: string, sealed: string): Form {
  return JSON.parse(personal.open(sealed, placeOf(id))) as Form
}

/** The context of a change whose audit line leaves out what only this service may read. */
export function withoutForm(context: Here): Here {
  return {
    ...context,
    was({ form: _form, phoneIndex: _index, ...told }: Partial<RegistrationRow>) {
      context.was(told)
    },
  }
}

function placeOf(id: string) {
  return { table: 'registration', column: 'form', id }
}

/** The same moment as the code's own, because both are counted from the transaction's start. */
function expiryOfCode() {
  return sql<string>`now() + make_interval(secs => ${registrationCode.lifeS})`
}

/** Staff are counted by themselves; strangers by their address and by whom the code speaks to. */
export function budgetsOf(
  handler: string,
  who: { me: Me; address: string },
  destination: string,
): Budget[] {
  if (who.me.may('registration.create')) {
    return [{ key: `${handler}:user:${who.me.userId}`, count: PER_EMPLOYEE, perS: 900 }]
  }
  return strangersBudgets(handler, who, [`destination:${destination}`])
}
