import { AccountOtpRequested, UserChanged } from '@forecourt/contracts/identity-events'
import { fileUrl } from '@forecourt/contracts/file-address'
import { proveOrRefuse } from '@forecourt/otp/by-phone'
import { sendCode, servedCountry } from '@forecourt/otp/send'
import { consumeCode } from '@forecourt/otp/verify'
import type { Budget } from '@forecourt/platform/limit'
import { fieldProblem, problem } from '@forecourt/platform/problem'
import { changeRow, lockRow } from '@forecourt/platform/row'
import { given } from '@forecourt/platform/table'
import { endpoint, type Here } from '../db.ts'
import { awaitedChange, keepContact, leaveContact, takeContact } from './contact-change.queries.ts'
import {
  contactCode,
  ProveContact,
  type AwaitedContact,
  type NewContact,
} from './contact-change.ts'
import { namingBudgets } from './contact.queries.ts'
import { changedName, ChangeProfile, faultOfContacts, newContactIn, Profile } from './profile.ts'
import { proveOwner } from './own-password.queries.ts'
import { keepParticulars, particularsOf } from './profile.queries.ts'
import {
  openedPerson,
  sealedPerson,
  selectUsers,
  shownUser,
  stateOf,
  tellingUser,
} from './user.queries.ts'
import type { UserRow } from './user.ts'

export const showProfile = endpoint('GET /auth/profile', {
  about: 'Show the account that is signed in.',
  may: 'signed_in',
  returns: Profile,
  handle: (context) => shownProfile(context),
})

export const changeProfile = endpoint('PUT /auth/profile', {
  about: 'Change what the person says; an e-mail address or phone counts only after its code.',
  may: 'signed_in',
  // Codes are for the house alone to see.
  acts: 'system',
  message: 'Profile updated successfully',
  body: ChangeProfile,
  returns: Profile,
  limits: (who, { body }) => namingBudgets(who, { of: who.me.userId ?? '', named: body }),
  before: proveRemover,
  handle: (context, { body, before }) => changeOwn(context, body, before),
})

export const proveContact = endpoint('POST /auth/profile/verify', {
  about: 'Bring the code of a new e-mail address or phone, which is the account’s from then on.',
  may: 'signed_in',
  acts: 'system',
  status: 200,
  message: 'Profile updated successfully',
  invalid: 'phone_form_invalid',
  body: ProveContact,
  returns: Profile,
  limits: provingBudgets,
  before: proveAwaited,
  async handle(context, { before: { change, otpId } }) {
    // The same code was brought twice, or another one was asked for.
    if (!(await consumeCode(context.db, otpId))) throw problem('phone_code_expired')
    await takeContact(context, change)
    return shownProfile(context)
  },
})

/** A new contact asks for its code; one is taken away by who shows the password there is. */
async function proveRemover(context: Here, { body }: { body: ChangeProfile }) {
  if (body.email !== null) return undefined
  const { db, me } = context
  // What cannot be removed anyway is refused for that.
  const removable = await db
    .selectFrom('user')
    .select('id')
    .where('id', '=', me.userId)
    .where('email', 'is not', null)
    .where('phoneProvedAt', 'is not', null)
    .executeTakeFirst()
  if (!removable) return undefined
  return proveOwner(context, ['currentPassword', body.currentPassword])
}

async function changeOwn(
  context: Here,
  body: ChangeProfile,
  shownHash: string | null | undefined,
): Promise<Profile> {
  const { me, emit, personal, otp } = context
  const before = await lockRow<UserRow>(tellingUser(context), 'user', me.userId ?? '')
  // A password that was changed since it was checked is wrong now.
  if (shownHash !== undefined && shownHash !== before.passwordHash) throw problem('password_wrong')
  const known = { ...before, ...openedPerson(personal, before) }
  const [field, message] = faultOfContacts(known, body) ?? []
  if (field && message) throw fieldProblem(field, message)
  if (body.dob && body.dob >= context.now.slice(0, 10)) throw fieldProblem('dob', 'Must be past')
  const contact = newContactIn(known, body)
  if (contact?.kind === 'phone') servedCountry(otp, contact.contact, 'phone')
  const email = body.email === null ? null : known.email
  const person = { email, phone: known.phone, fullName: changedName(known, body) }
  const { profileImageId, gender, dob } = body
  const user = await changeRow<UserRow>(context, 'user', before, {
    ...sealedPerson(personal, before.id, person),
    ...given({ profileImageId }),
    ...(email === null && { emailProvedAt: null }),
  })
  await keepParticulars(context, user.id, given({ gender, dob }))
  if (email === null && known.email !== null) await leaveContact(context, before)
  emit(UserChanged, user.version, stateOf(user))
  return shownProfile(context, contact && (await awaitContact(context, user.id, contact)))
}

/** Before and apart from what it changes: a try stays counted whatever fails afterwards. */
async function proveAwaited(context: Here, { body }: { body: { otp: string } }) {
  const change = await awaitedChange(context, context.me.userId ?? '')
  if (!change) throw problem('phone_code_missing')
  const presented = { policy: contactCode, subject: change.id, code: body.otp }
  return { change, otpId: await proveOrRefuse(context.otp, context.db, presented) }
}

/** Must come last in its transaction: what fails after it has cost a code. */
async function awaitContact(
  context: Here,
  userId: string,
  contact: NewContact,
): Promise<AwaitedContact> {
  const sending = await keepContact(context, userId, contact)
  const { requested, codes } = await sendCode(context.otp, context.db, sending)
  for (const code of requested) context.emit(AccountOtpRequested, 1, code)
  const minutes = contactCode.lifeS / 60
  return { field: contact.kind, expires_in_minutes: minutes, otp_for_testing: codes?.[0] }
}

async function shownProfile(context: Here, awaits?: AwaitedContact): Promise<Profile> {
  const { db, personal, me } = context
  const [row, particulars] = await Promise.all([
    selectUsers(db).where('id', '=', me.userId).executeTakeFirst(),
    particularsOf(context, me.userId ?? ''),
  ])
  if (!row) throw problem('not_found')
  const user = shownUser(personal, row)
  const { profileImageId, phoneProvedAt } = row
  return {
    ...user,
    name: user.fullName,
    ...particulars,
    phone_validate: phoneProvedAt !== null,
    profile_image: profileImageId === null ? null : fileUrl(profileImageId),
    ...(awaits && { awaits }),
  }
}

function provingBudgets({ me }: Pick<Here, 'me'>): Budget[] {
  return [{ key: `profile.verify:user:${me.userId}`, count: 10, perS: 900 }]
}
