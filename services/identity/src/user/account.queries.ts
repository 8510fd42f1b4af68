import { UserChanged } from '@forecourt/contracts/identity-events'
import { available, machine } from '@forecourt/platform/machine'
import { isOfAllCenters } from '@forecourt/platform/me'
import { fieldProblem, problem } from '@forecourt/platform/problem'
import { changeRow, lockRow } from '@forecourt/platform/row'
import { transition } from '@forecourt/platform/transition'
import { sql } from 'kysely'
import type { Here } from '../db.ts'
import { closeGarage } from '../garage/garage.queries.ts'
import { isOfGarage } from '../garage/garage-staff.queries.ts'
import { endSessionsOf, outdateSessionsOf } from '../session/ending.queries.ts'
import {
  faultOfChange,
  faultOfReach,
  isAdministrator,
  isBelow,
  isSameReach,
  reachAfter,
  type Account,
  type ChangeUser,
  type Reach,
} from './account.ts'
import {
  openedPerson,
  sealedPerson,
  selectUsers,
  shownUser,
  stateOf,
  tellingUser,
} from './user.queries.ts'
import { contactColumns, contactKinds, contactTaken, tellContacts } from './contact.queries.ts'
import { changedName } from './profile.ts'
import type { Person, UserAndReach, UserRow } from './user.ts'

/** What becomes of an account once it is open. */
export const lifecycle = machine<UserRow>()({
  states: ['active', 'suspended', 'rejected'],
  start: 'active',
  moves: {
    suspend: { from: ['active'], to: 'suspended', may: 'user.activate', says: UserChanged },
    activate: { from: ['suspended'], to: 'active', may: 'user.activate', says: UserChanged },
    reject: {
      from: ['active', 'suspended'],
      to: 'rejected',
      may: 'user.activate',
      says: UserChanged,
      needs: { not_a_garage: ({ role }) => role === 'garage_owner' },
    },
  },
})

type Settled = (typeof lifecycle.states)[number]

/** Serialises what may take an administrator away; any number that none other uses. */
const ADMINISTRATORS_LOCK = 4_211

/** Changes who somebody is, or what the account may do and where; tokens that say otherwise end. */
export async function changeAccount(
  context: Here,
  id: string,
  change: ChangeUser,
): Promise<Account> {
  const { db, emit, personal } = context
  await lockAdministrators(context)
  const before = await lockRow<UserRow>(tellingUser(context), 'user', id)
  await refuseUnmanaged(context, before)
  const known = openedPerson(personal, before)
  const [field, message] = faultOfChange({ ...known, status: before.status }, change) ?? []
  if (field && message) throw fieldProblem(field, message)
  const reach = reachAfter(before, change)
  const hasMoved = !isSameReach(before, reach)
  if (hasMoved) {
    await refuseUnfit(context, reach)
    await refuseUnmanaged(context, reach)
    if (!isAdministrator(reach)) await keepAnAdministrator(context, before)
  }
  const person = changedPerson(known, change)
  const renewed = contactKinds.filter((kind) => person[kind] !== known[kind])
  const provedAt = renewed.length > 0 && (await isOfGarage(context)) ? null : sql<string>`now()`
  const changes = {
    ...{ ...reach, ...sealedPerson(personal, id, person) },
    ...Object.fromEntries(renewed.map((kind) => [contactColumns[kind].provedAt, provedAt])),
  }
  const user = await changeRow(context, 'user', before, changes).catch(contactTaken)
  if (renewed.length > 0) tellContacts(context, before)
  if (hasMoved) await outdateSessionsOf(context, id)
  emit(UserChanged, user.version, stateOf(user))
  return shownAccount(context, await selectUsers(db).where('id', '=', id).executeTakeFirst())
}

/** Suspends or rejects an account, whose sessions end with it, or opens it again. */
export async function moveAccount(
  context: Here,
  id: string,
  move: keyof typeof lifecycle.moves,
): Promise<Account> {
  await lockAdministrators(context)
  await transition<UserRow, Settled, typeof move>(tellingUser(context), lifecycle, {
    table: 'user',
    id,
    move,
    work: async (row) => {
      await refuseUnmanaged(context, row)
      if (move === 'activate') return {}
      await keepAnAdministrator(context, row)
      await endSessionsOf(context, id, { endedBy: 'suspension' })
      if (move === 'reject') await closeGarage(context, id)
      return {}
    },
    tell: stateOf,
  })
  const row = await selectUsers(context.db).where('id', '=', id).executeTakeFirst()
  return shownAccount(context, row)
}

/** The account as its manager sees it. Throws `not_found` for one that is not there. */
export function shownAccount(
  { personal, me }: Pick<Here, 'personal' | 'me'>,
  row: UserAndReach | undefined,
): Account {
  if (!row) throw problem('not_found')
  const moves = refusalToManage(me, row, row.permissions) ? [] : available(lifecycle, row, me.may)
  return { ...shownUser(personal, row), available: moves }
}

/** Why this person may not manage such an account: it can do more, or does it elsewhere too. */
function refusalToManage(
  me: Here['me'],
  { serviceCenterIds }: Pick<Reach, 'serviceCenterIds'>,
  permissions: string[],
) {
  if (isOfAllCenters(me)) return undefined
  if (!isBelow(permissions, me.permissions)) return 'role_not_below'
  const own = serviceCenterIds.length > 0 && serviceCenterIds.every((id) => me.centers.includes(id))
  return own ? undefined : 'center_not_yours'
}

/** Throws unless this person may manage accounts of such a role, at such centers. */
export async function refuseUnmanaged({ db, me }: Here, reach: Reach): Promise<void> {
  const role = await db
    .selectFrom('role')
    .select('permissions')
    .where('name', '=', reach.role)
    .executeTakeFirst()
  if (!role) throw fieldProblem('role', 'There is no such role of staff')
  const refusal = refusalToManage(me, reach, role.permissions)
  if (refusal) throw problem(refusal)
}

/** Throws what is wrong with role and centers, whoever asks for them. */
export async function refuseUnfit({ db, me }: Here, reach: Reach): Promise<void> {
  const [field, message] = faultOfReach(reach) ?? []
  if (field && message) throw fieldProblem(field, message)
  // Others name only their own centers, which is judged without a look.
  if (!isOfAllCenters(me) || reach.serviceCenterIds.length === 0) return
  const known = await db
    .selectFrom('serviceCenter')
    .select('id')
    .where('id', 'in', reach.serviceCenterIds)
    .execute()
  if (known.length < reach.serviceCenterIds.length) {
    throw fieldProblem('serviceCenterId', 'There is no such service center')
  }
}

/** Of two administrators who suspend each other at the same moment, one comes second. */
async function lockAdministrators({ db }: Here): Promise<void> {
  await sql`select pg_advisory_xact_lock(${ADMINISTRATORS_LOCK})`.execute(db)
}

/** Throws `last_administrator` when nobody else could run the dealer group. */
async function keepAnAdministrator({ db }: Here, row: UserRow): Promise<void> {
  if (!isAdministrator(row) || row.status !== 'active') return
  const other = await db
    .selectFrom('user')
    .select('id')
    .where('role', '=', row.role)
    .where('status', '=', 'active')
    .where('id', '<>', row.id)
    .executeTakeFirst()
  if (!other) throw problem('last_administrator')
}

function changedPerson(before: Person, change: ChangeUser): Person {
  const { email = before.email, phone = before.phone } = change
  return { email, phone, fullName: changedName(before, change) }
}
