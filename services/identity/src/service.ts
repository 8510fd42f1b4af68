import { forgetCodes } from '@forecourt/otp/forget'
import { OtpConfig, openOtp } from '@forecourt/otp/means'
import { service } from '@forecourt/platform/service'
import { apartOver } from '@forecourt/platform/apart'
import { IdentityConfig, lifetimesIn } from './config.ts'
import type { Means, Tables } from './db.ts'
import * as codeLogin from './code-login/code-login.routes.ts'
import { customers } from './customer/customer.consumers.ts'
import { erasures } from './erasure/erasure.consumers.ts'
import * as kept from './erasure/export.routes.ts'
import * as garage from './garage/garage.routes.ts'
import * as garageOpening from './garage/garage-opening.routes.ts'
import { forgetGarageRegistrations } from './garage/garage-registration.jobs.ts'
import * as garageRegistration from './garage/garage-registration.routes.ts'
import { authenticator } from './second-factor/authenticator.adapter.ts'
import * as role from './role/role.routes.ts'
import { forgetOldChallenges } from './second-factor/second-factor.jobs.ts'
import * as secondFactor from './second-factor/second-factor.routes.ts'
import * as secondFactorSignIn from './second-factor/sign-in.routes.ts'
import { forgetPhoneProofs } from './phone-proof/phone-proof.jobs.ts'
import * as phoneSignUp from './phone-sign-up/phone-sign-up.routes.ts'
import * as serviceCenter from './service-center/service-center.routes.ts'
import { forgetOldSessions, forgetSpentTokens } from './session/session.jobs.ts'
import * as sessions from './session/own-sessions.routes.ts'
import { longestAccess } from './session/session.ts'
import * as session from './session/session.routes.ts'
import * as setting from './setting/setting.routes.ts'
import { forgetSignUps } from './sign-up/sign-up.jobs.ts'
import * as signUp from './sign-up/sign-up.routes.ts'
import { rotateSigningKey } from './signing-key/rotation.queries.ts'
import { signerOver } from './signing-key/signing-key.adapter.ts'
import { signingKeysOver } from './signing-key/signing-key.queries.ts'
import { turnSigningKeys } from './signing-key/signing-key.jobs.ts'
import * as signingKey from './signing-key/signing-key.routes.ts'
import { lifecycle as userLifecycle } from './user/account.queries.ts'
import * as account from './user/account.routes.ts'
import { attemptsOver } from './user/attempt.adapter.ts'
import { passwordsOf } from './user/password.adapter.ts'
import * as password from './user/password.routes.ts'
import * as profile from './user/profile.routes.ts'
import { forgetContactChanges, forgetOldFailures, forgetOldResets } from './user/user.jobs.ts'
import { retellUsers } from './user/retelling.queries.ts'
import * as user from './user/user.routes.ts'

const Config = IdentityConfig.extend(OtpConfig.shape)

export const identity = service({
  name: 'identity',
  about: 'Accounts, roles, sessions and service centers',
  config: Config,
  migrations: [
    new URL('../migrations/', import.meta.url),
    new URL('../../../packages/otp/migrations/', import.meta.url),
  ],
  means({ config, pool, redis, personal, settingOf }): Means {
    const lifetimes = lifetimesIn(config)
    const keys = signingKeysOver({ pool, personal, accessS: longestAccess(lifetimes) })
    return {
      personal,
      otp: openOtp(config, redis),
      passwords: passwordsOf(config.BCRYPT_ROUNDS),
      attempts: attemptsOver(redis),
      authenticator,
      keys,
      signer: signerOver(keys),
      lifetimes,
      settingOf,
      apart: apartOver(pool, 'identity'),
    }
  },
  endpoints: [
    ...Object.values(codeLogin),
    ...Object.values(garage),
    ...Object.values(garageOpening),
    ...Object.values(garageRegistration),
    ...Object.values(role),
    ...Object.values(secondFactor),
    ...Object.values(secondFactorSignIn),
    ...Object.values(serviceCenter),
    ...Object.values(session),
    ...Object.values(sessions),
    ...Object.values(setting),
    ...Object.values(signUp),
    ...Object.values(phoneSignUp),
    ...Object.values(signingKey),
    ...Object.values(user),
    ...Object.values(kept),
    ...Object.values(account),
    ...Object.values(password),
    ...Object.values(profile),
  ],
  lifecycles: { user: userLifecycle },
  consumers: [customers, erasures],
  jobs: [
    forgetCodes<Tables>(),
    forgetContactChanges,
    forgetGarageRegistrations,
    forgetOldChallenges,
    forgetOldFailures,
    forgetOldResets,
    forgetOldSessions,
    forgetPhoneProofs,
    forgetSignUps,
    forgetSpentTokens,
    turnSigningKeys,
  ],
  retellings: [retellUsers],
  commands: { 'rotate-signing-key': rotateSigningKey },
})
