import type { SettingOf } from '@forecourt/contracts/settings'
import type { Context } from '@forecourt/platform/endpoint'
import { roadOver } from '@forecourt/platform/over'
import { OtpRow } from '@forecourt/otp/otp'
import type { OtpMeans } from '@forecourt/otp/means'
import type { PersonalData } from '@forecourt/platform/personal'
import type { Table } from '@forecourt/platform/table'
import type { Apart } from '@forecourt/platform/apart'
import { GarageRegistrationRow } from './garage/garage-registration.ts'
import { GarageRow } from './garage/garage.ts'
import { CustomerRow } from './customer/customer.ts'
import { PhoneProofRow } from './phone-proof/phone-proof.ts'
import { RoleRow } from './role/role.ts'
import { ChallengeRow, SecondFactorRow, type Authenticator } from './second-factor/second-factor.ts'
import { ServiceCenterRow, ServiceCenterZoneRow } from './service-center/service-center.ts'
import { SessionRow, SpentTokenRow, type Lifetimes } from './session/session.ts'
import { SettingRow } from './setting/setting.ts'
import { SignUpRow } from './sign-up/sign-up.ts'
import { SigningKeyRow, type Signer, type SigningKeys } from './signing-key/signing-key.ts'
import type { Attempts } from './user/attempt.ts'
import type { Passwords } from './user/password.ts'
import { ContactChangeRow } from './user/contact-change.ts'
import { ProfileRow, UsernameCounterRow } from './user/profile.ts'
import { PasswordResetRow } from './user/reset.ts'
import { LoginFailureRow, UserRow } from './user/user.ts'

/** Every table of this service, by the schema of its rows. */
export const tables = {
  challenge: ChallengeRow,
  garage: GarageRow,
  garageRegistration: GarageRegistrationRow,
  contactChange: ContactChangeRow,
  customer: CustomerRow,
  loginFailure: LoginFailureRow,
  otp: OtpRow,
  passwordReset: PasswordResetRow,
  phoneProof: PhoneProofRow,
  profile: ProfileRow,
  role: RoleRow,
  secondFactor: SecondFactorRow,
  serviceCenter: ServiceCenterRow,
  serviceCenterZone: ServiceCenterZoneRow,
  session: SessionRow,
  setting: SettingRow,
  signUp: SignUpRow,
  signingKey: SigningKeyRow,
  spentToken: SpentTokenRow,
  user: UserRow,
  usernameCounter: UsernameCounterRow,
}

export type Tables = { [Name in keyof typeof tables]: Table<(typeof tables)[Name]> }

/** What handlers are given beside their context. */
export interface Means {
  personal: PersonalData
  otp: OtpMeans
  passwords: Passwords
  attempts: Attempts
  authenticator: Authenticator
  keys: SigningKeys
  signer: Signer
  lifetimes: Lifetimes
  settingOf: SettingOf
  apart: Apart<Tables>
}

/** All that a handler works with. */
export type Here = Context<Tables> & Means

export const { endpoint, job, consumer, replica } = roadOver<Tables, Means>()
