import { z } from 'zod'
import { OtpRequestedData } from './customer-vehicle-events.ts'
import { event, Id, Instant, Sealed } from './event.ts'

export const ServiceCenterState = z.object({
  serviceCenterId: Id.describe('The service center.'),
  code: z.string().describe('Two to four letters or digits that people know it by: PUN, G12.'),
  name: z.string().describe('The name that customers read.'),
  isActive: z.boolean().describe('Whether it takes new work.'),
  isHeadOffice: z.boolean().describe('Whether it serves whoever no other center serves.'),
  pinPrefixes: z
    .array(z.string())
    .describe('Customers whose PIN code starts with one of these belong to this center.'),
  street: z.string().nullable().optional().describe('Street and number of its address.'),
  city: z.string().optional().describe('City of its address.'),
  state: z.string().describe('The state it lies in.'),
  pinCode: z.string().nullable().optional().describe('PIN code of its address.'),
  country: z.string().optional().describe('ISO 3166 code of its country: IN.'),
  gstin: z.string().nullable().describe('Its GST number, if it has one.'),
  tradeLicenseNumber: z
    .string()
    .nullable()
    .optional()
    .describe('Its trade license, if it is a garage of the UAE.'),
  vatCertification: z
    .string()
    .nullable()
    .optional()
    .describe('Its VAT registration, if it is a garage of the UAE that has one.'),
  timeZone: z.string().describe('Name of its time zone: Asia/Kolkata.'),
})

export const ServiceCenterOpened = event('identity.service-center.opened.v1', {
  key: 'serviceCenterId',
  about: 'A service center was opened.',
  data: ServiceCenterState,
})

export const ServiceCenterChanged = event('identity.service-center.changed.v1', {
  key: 'serviceCenterId',
  about: 'The particulars of a service center were changed.',
  data: ServiceCenterState,
})

export const UserState = z.object({
  userId: Id.describe('The account.'),
  role: z.string().describe('Its role, a key of the role topic.'),
  status: z
    .string()
    .describe('pending_verification, verified, active, suspended or rejected; more may come.'),
  serviceCenterIds: z
    .array(Id)
    .describe('The service centers where the person works, the main one first.'),
  fullName: Sealed.nullable().describe('The name of the person.'),
  email: Sealed.nullable().describe('The e-mail address of the account, if it has one.'),
  phone: Sealed.nullable().describe('The mobile number of the account, E.164, if it has one.'),
  fileIds: z
    .array(Id)
    .optional()
    .describe('Uploaded files that belong to the account: its picture, the paper of its garage.'),
})

export const UserCreated = event('identity.user.created.v1', {
  key: 'userId',
  about: 'An account was created.',
  data: UserState,
})

export const UserChanged = event('identity.user.changed.v1', {
  key: 'userId',
  about: 'An account was changed, suspended or opened again.',
  data: UserState,
})

export const RoleState = z.object({
  role: z.string().describe('Name of the role.'),
  permissions: z
    .array(z.string())
    .describe('What its holders may do, as noun.verb: customer.read.'),
})

export const RoleDefined = event('identity.role.defined.v1', {
  key: 'role',
  about: 'A role was given its permissions.',
  data: RoleState,
})

const SettingState = z.object({
  setting: z.string().describe('Name of the setting; what there is stands in settings.ts.'),
  value: z
    .union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.null()])
    .describe('What counts now; null: the default.'),
})

export const SettingChanged = event('identity.setting.changed.v1', {
  key: 'setting',
  about: 'An administrator has decided how something is done from now on.',
  data: SettingState,
})

export const SessionState = z.object({
  sessionId: Id,
  /** Tokens of the session that were issued before this moment no longer count. */
  tokensBefore: Instant,
  /** After this moment no token of the session can be alive; the fact may be forgotten. */
  forgetAt: Instant,
})

export const SessionEnded = event('identity.session.ended.v1', {
  key: 'sessionId',
  about: 'A session was ended: by logout, by an administrator, or because a token was reused.',
  data: SessionState,
})

export const SessionOutdated = event('identity.session.outdated.v1', {
  key: 'sessionId',
  about: 'Role or centers of an account were changed: older tokens of its session say too much.',
  data: SessionState,
})

export const AccountOtpRequested = event('identity.otp.requested.v1', {
  key: 'otpId',
  about: 'A one-time password of an account is to be brought to its owner.',
  data: OtpRequestedData,
})

/** A link on its way. Destination and token are encrypted with the transport key. */
export const PasswordResetRequested = event('identity.password-reset.requested.v1', {
  key: 'resetId',
  about: 'A link by which a forgotten password is replaced is to be brought by e-mail.',
  data: z.object({ resetId: Id, destination: Sealed, token: Sealed, expiresAt: Instant }),
})

/** A contact that an account had proved, told once for each. Encrypted with the transport key. */
export const ContactReplaced = event('identity.contact.replaced.v1', {
  key: 'changeId',
  about: 'What an account had proved is to be told that one of its contacts was changed.',
  data: z.object({ changeId: Id, channel: z.enum(['email', 'sms']), destination: Sealed }),
})
