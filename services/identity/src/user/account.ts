import { Email } from '@forecourt/contracts/email'
import { Phone } from '@forecourt/contracts/phone'
import { isRoleOfStaff, rolesOfAllCenters } from '@forecourt/contracts/roles'
import { typedText, unlessBlank } from '@forecourt/contracts/typed'
import { z } from 'zod'
import { NewPassword } from './password.ts'
import { User, UserStatus, type Person, type UserRow } from './user.ts'

/** An account as those see it who manage it. */
export const Account = User.extend({
  available: z.array(z.enum(['suspend', 'activate', 'reject'])).meta({
    description: 'What the caller may do with the account now.',
  }),
}).meta({ id: 'Account' })
export type Account = z.infer<typeof Account>

const Name = (label: string) => typedText(label).trim().min(1, `${label} is required`).max(100)

const Particulars = z.object({
  email: Email,
  phone: Phone,
  firstName: Name('First name'),
  lastName: Name('Last name'),
  role: typedText('Role').min(1, 'Role is required').max(40),
  serviceCenterId: z
    .uuid('Must be the id of a service center')
    .nullish()
    .meta({ description: 'The main center; null for administrators.' }),
  serviceCenterIds: z
    .array(z.uuid('Must be the id of a service center'))
    .max(100)
    .optional()
    .meta({ description: 'All centers, where there is more than the main one.' }),
})

export const RegisterUser = Particulars.extend({
  password: NewPassword,
  isActive: z.boolean().default(true),
})
export type RegisterUser = z.infer<typeof RegisterUser>

/**
 * Absent means unchanged, and so does what the account was shown to be: forms send it back. Status
 * and password have addresses of their own.
 */
export const ChangeUser = Particulars.extend({
  email: Email.nullable(),
  phone: Phone.nullable(),
  lastName: z.string().trim().max(100).describe('Empty for somebody who has one name.'),
  isActive: z.boolean().describe('As it is; PUT /admin/users/:id/activate changes it.'),
  status: UserStatus.describe('As it is; PUT /admin/users/:id/activate changes it.'),
  password: unlessBlank(z.string().nullish()).describe(
    'Left empty: its owner changes it, by PUT /auth/change-password.',
  ),
}).partial()
export type ChangeUser = z.infer<typeof ChangeUser>

export const ActivateUser = z.object({ isActive: z.boolean() })

const ELSEWHERE = 'Use PUT /admin/users/:id/activate'
const OWNERS = 'Its owner uses PUT /auth/change-password, or POST /auth/forgot-password'

/** What is wrong with a change beside its reach, by field; undefined when nothing is. */
export function faultOfChange(
  { email, phone, status }: Person & Pick<UserRow, 'status'>,
  change: ChangeUser,
): [field: string, message: string] | undefined {
  if (change.email === null && email !== null) {
    return ['email', 'An e-mail address can be replaced, and not removed']
  }
  if (change.phone === null && phone !== null) {
    return ['phone', 'A phone number can be replaced, and not removed']
  }
  const isActive = status === 'active'
  if (change.isActive !== undefined && change.isActive !== isActive) return ['isActive', ELSEWHERE]
  if (change.status !== undefined && change.status !== status) return ['status', ELSEWHERE]
  if (change.password) return ['password', OWNERS]
  return undefined
}

/** What an account may do, and where. */
export type Reach = Pick<UserRow, 'role' | 'serviceCenterIds'>

export function isAdministrator({ role }: Pick<UserRow, 'role'>): boolean {
  return rolesOfAllCenters.includes(role)
}

/** The centers that a body names, the main one first; undefined when it names none. */
export function namedCenters(body: Pick<ChangeUser, 'serviceCenterId' | 'serviceCenterIds'>) {
  const { serviceCenterId, serviceCenterIds } = body
  if (serviceCenterId === undefined && serviceCenterIds === undefined) return undefined
  return [...new Set([serviceCenterId ?? [], serviceCenterIds ?? []].flat())]
}

/** Role and centers after a change; an administrator leaves the centers behind. */
export function reachAfter(before: Reach, change: ChangeUser): Reach {
  const role = change.role ?? before.role
  const kept = isAdministrator({ role }) && !isAdministrator(before) ? [] : before.serviceCenterIds
  return { role, serviceCenterIds: centersAfter(before.serviceCenterIds, change) ?? kept }
}

/**
 * The centers after a change; undefined when it leaves them. A list that is as it was names none:
 * forms send it back. Without a list another main center takes the place of the former one alone.
 */
function centersAfter(
  before: readonly string[],
  { serviceCenterId, serviceCenterIds }: ChangeUser,
): string[] | undefined {
  const isOtherList = serviceCenterIds && serviceCenterIds.join() !== before.join()
  if (isOtherList) return namedCenters({ serviceCenterId, serviceCenterIds })
  const [main = null, ...others] = before
  if (serviceCenterId === undefined || serviceCenterId === main) return undefined
  return namedCenters({ serviceCenterId, serviceCenterIds: serviceCenterId ? others : [] })
}

export function isSameReach(one: Reach, other: Reach): boolean {
  return one.role === other.role && one.serviceCenterIds.join() === other.serviceCenterIds.join()
}

/** What is wrong with a reach, by field; centers are where everybody but administrators works. */
export function faultOfReach(reach: Reach): [field: string, message: string] | undefined {
  if (!isRoleOfStaff(reach.role)) return ['role', 'There is no such role of staff']
  const count = reach.serviceCenterIds.length
  if (isAdministrator(reach) && count > 0) {
    return ['serviceCenterId', 'An administrator belongs to no service center']
  }
  if (!isAdministrator(reach) && count === 0) return ['serviceCenterId', 'Choose a service center']
  return undefined
}

/** Below is a role that allows a part of what another one allows, and not the whole. */
export function isBelow(permissions: Iterable<string>, mine: ReadonlySet<string>): boolean {
  const theirs = new Set(permissions)
  return theirs.isSubsetOf(mine) && theirs.size < mine.size
}
