import { UserChanged } from '@forecourt/contracts/identity-events'
import { customerRoles } from '@forecourt/contracts/roles'
import type { EventContext } from '@forecourt/platform/consumer'
import { erasures as erasuresBy } from '@forecourt/platform/erasure-consumer'
import { forgetForGood } from '@forecourt/platform/erasure'
import { erasePerson } from '@forecourt/platform/personal-table'
import { sql } from 'kysely'
import type { Means, Tables } from '../db.ts'
import { endSessionsOf } from '../session/ending.queries.ts'
import { forgetFailures, stateOf } from '../user/user.queries.ts'
import type { UserRow } from '../user/user.ts'
import { accountTables, customerTables } from './personal-tables.queries.ts'

type Hearing = EventContext<Tables> & Means

/**
 * Ends the account of an erased person, and what is kept under the phone of one without account.
 * Whoever works here too keeps the account: it is no customer's.
 */
export const erasures = erasuresBy<Tables, Means>(customerTables, async (context, person) => {
  const { db } = context
  const known = db.selectFrom('customer').select('phoneIndex').where('id', '=', person.customerId)
  const customer = await known.executeTakeFirst()
  if (customer?.phoneIndex) await forgetDigests(context, [customer.phoneIndex])
  // Whoever hears of the tombstone alone knows one id, which is most often the account's too.
  const account = await db
    .selectFrom('user')
    .selectAll()
    .where('id', '=', person.accountId ?? person.customerId)
    .where('role', 'in', customerRoles)
    .forUpdate()
    .executeTakeFirst()
  if (account) await closeAccount(context, account)
})

async function closeAccount(context: Hearing, account: UserRow): Promise<void> {
  const { db, emit } = context
  const { id, version, emailIndex, phoneIndex } = account
  await endSessionsOf(context, id, { endedBy: 'revocation' })
  await forgetFailures(db, id)
  await forgetDigests(
    context,
    [emailIndex, phoneIndex].filter((digest) => digest !== null),
  )
  await erasePerson(context, accountTables, { customerId: id, accountId: id })
  await forgetForGood(context, [id])
  const nothing = { fullName: null, email: null, phone: null, serviceCenterIds: [] }
  emit(UserChanged, version + 1, { ...stateOf(account), ...nothing, status: 'erased' })
  emit.tombstone(UserChanged, version + 2, id)
}

/** What waits for a code, or counts one, under a phone or an e-mail address. */
async function forgetDigests({ db }: Hearing, digests: string[]): Promise<void> {
  await db.deleteFrom('signUp').where('phoneIndex', 'in', digests).execute()
  await db.deleteFrom('phoneProof').where('phoneIndex', 'in', digests).execute()
  await db.deleteFrom('passwordReset').where('emailIndex', 'in', digests).execute()
  await db
    .deleteFrom('garageRegistration')
    .where((eb) => eb.or([eb('emailIndex', 'in', digests), eb('phoneIndex', 'in', digests)]))
    .execute()
  await db
    .deleteFrom('otp')
    .where(sql<boolean>`destination_indexes && ${digests}`)
    .execute()
}
