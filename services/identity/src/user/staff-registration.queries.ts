import type { Budget } from '@forecourt/platform/limit'
import type { Me } from '@forecourt/platform/me'
import { problem } from '@forecourt/platform/problem'
import type { Here } from '../db.ts'
import { isOfGarage } from '../garage/garage-staff.queries.ts'
import { refuseUnfit, refuseUnmanaged, shownAccount } from './account.queries.ts'
import { Account, namedCenters, RegisterUser } from './account.ts'
import { namingCount, takeUnproved } from './contact.queries.ts'
import { createUser, selectUsers } from './user.queries.ts'
import { joinName } from './user.ts'

/** How staff is registered, under each address that the requirements have for it. */
export const registering = {
  about: 'Open an account for somebody who works here.',
  may: 'user.create',
  // Who typed the person's contacts before and never proved them is not for a manager to see.
  acts: 'system',
  message: 'User registered successfully',
  body: RegisterUser,
  returns: Account,
  limits: registrationBudgets,
  // A hash takes a quarter of a second, in which no transaction should stand.
  before: ({ passwords }: Here, { body }: { body: RegisterUser }) => passwords.hash(body.password),
  handle: (context: Here, { body, before }: { body: RegisterUser; before: string }) =>
    openAccount(context, body, before),
} as const

/** Whether an account exists is told to strangers at the price of strangers. */
function registrationBudgets({ me }: { me: Me }): Budget[] {
  return [{ key: `user.create:user:${me.userId}`, count: namingCount(me), perS: 900 }]
}

async function openAccount(
  context: Here,
  body: RegisterUser,
  passwordHash: string,
): Promise<Account> {
  const { db } = context
  const reach = { role: body.role, serviceCenterIds: namedCenters(body) ?? [] }
  await refuseUnfit(context, reach)
  await refuseUnmanaged(context, reach)
  const { email, phone } = body
  const isVouched = !(await isOfGarage(context))
  // Who opens an account for us knows its person; a contact that another only typed is no bar.
  if (isVouched) await takeUnproved(context, { email, phone })
  const user = await createUser(context, {
    ...{ ...reach, email, phone },
    ...(!isVouched && { emailProvedAt: null, phoneProvedAt: null }),
    fullName: joinName(body.firstName, body.lastName),
    status: body.isActive ? 'active' : 'suspended',
    passwordHash,
  })
  if (!user) throw problem('account_exists')
  return shownAccount(context, await selectUsers(db).where('id', '=', user.id).executeTakeFirst())
}
