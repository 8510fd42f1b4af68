import type { Here } from '../db.ts'
import { countryCodeOf } from '@forecourt/contracts/phone'
import { fileUrl } from '@forecourt/contracts/file-address'
import { enter, lockedAccount } from '../second-factor/entrance.queries.ts'
import type { Sign } from '../signing-key/signing-key.ts'
import { takeUnproved } from '../user/contact.queries.ts'
import { keepParticulars, makeNames, particularsOf } from '../user/profile.queries.ts'
import { createUser, openedPerson } from '../user/user.queries.ts'
import type { UserRow } from '../user/user.ts'
import type { PhoneCustomer, PhoneSignedIn, TypedPhone } from './phone-proof.ts'

/** Opens the account of a proved phone. Undefined when another one has proved it first. */
export async function openPhoneAccount(
  context: Here,
  { typed, phone }: TypedPhone,
): Promise<UserRow | undefined> {
  await takeUnproved(context, { phone })
  const names = await makeNames(context, typed)
  const user = await createUser(context, {
    ...{ email: null, phone, fullName: names.username, passwordHash: null },
    role: 'mobile_user',
    status: 'active',
    serviceCenterIds: [],
  })
  if (user) await keepParticulars(context, user.id, names)
  return user
}

/** Signs in whoever has proved the phone of an account. */
export async function enterByPhone(
  context: Here & { sign: Sign },
  user: UserRow,
  asked: TypedPhone,
): Promise<PhoneSignedIn> {
  const customer = await phoneCustomerOf(context, user, asked)
  const entered = await enter(context, await lockedAccount(context, user.id))
  if (!('accessToken' in entered)) return entered
  return {
    customer,
    access_token: entered.accessToken,
    refresh_token: entered.refreshToken,
    token_type: 'bearer',
    expires_in: entered.expiresIn,
  }
}

/** Whoever came in another way gets the made names with the first sign-in by phone. */
async function phoneCustomerOf(
  context: Here,
  user: UserRow,
  { typed, phone, countryCode }: TypedPhone,
): Promise<PhoneCustomer> {
  const { username, canonical, gender, dob } = await particularsOf(context, user.id)
  const known = username !== null && canonical !== null ? { username, canonical } : undefined
  const names = known ?? (await makeNames(context, typed))
  if (!known) await keepParticulars(context, user.id, names)
  const { fullName: name, email } = openedPerson(context.personal, user)
  const { id, status, phoneProvedAt, profileImageId } = user
  return {
    ...{ id, ...names, name, phone: typed },
    country_code: countryCode ?? countryCodeOf(phone),
    phone_validate: phoneProvedAt !== null,
    status,
    profile_image: profileImageId === null ? null : fileUrl(profileImageId),
    ...{ email, gender, dob },
    created_at: user.createdAt,
    updated_at: user.updatedAt,
  }
}
