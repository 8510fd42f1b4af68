import type { SecurityRule } from './rule.ts'

const session = 'services/identity/src/session'
const user = 'services/identity/src/user'
const keyTest = 'services/identity/src/signing-key/signing-key.db.test.ts'
const guessing = `${session}/guessing.db.test.ts`
const refresh = `${session}/refresh.db.test.ts`
const resetTest = `${user}/password.db.test.ts`
const factor = 'services/identity/src/second-factor'
const garage = 'services/identity/src/garage'

/** Passwords, tokens, sessions, second factors. */
export const accountRules: SecurityRule[] = [
  {
    says: 'A password is hashed by bcrypt whole: what bcrypt would cut is refused.',
    guards: [
      {
        file: `${user}/password.ts`,
        from: '.refine(fits, `Must not be longer than ${MOST_BYTES} bytes`)',
        to: '',
        test: `${user}/user.test.ts`,
        title: 'may not be typed',
      },
      {
        file: `${user}/password.ts`,
        from: ".refine((password) => !password.includes('\\0'), 'Must not hold a NUL character')",
        to: '',
        test: `${user}/user.test.ts`,
        title: 'may not be typed',
      },
    ],
  },
  {
    says: 'Strangers and members are answered alike, for the same work.',
    guards: [
      {
        file: `${user}/password.adapter.ts`,
        from: 'const compared = known ?? (await decoy)\n',
        to: 'if (known === null) return false\n      const compared = known\n',
        test: `${session}/login.db.test.ts`,
        title: 'costs the same work for a stranger and a member',
      },
      {
        file: `${session}/session.routes.ts`,
        from: 'const subjects = meant.map((one) => one.account?.id ?? one.index)\n',
        to: "const subjects = ['nobody']\n  if (!account) throw problem('not_found')\n",
        test: `${session}/login.db.test.ts`,
        title: 'answers a stranger and a member alike',
      },
    ],
  },
  {
    says: 'Wrong passwords lock an account for longer and longer, at every way in.',
    guards: [
      {
        file: `${user}/attempt.ts`,
        from: 'longestS: 3_600',
        to: 'longestS: 120',
        test: guessing,
        title: 'locks for longer with every further one, up to an hour',
      },
      {
        file: `${user}/user.queries.ts`,
        from: "if (locked) throw problem('account_locked', locked)",
        to: "if (locked?.retryAfterS === -1) throw problem('account_locked', locked)",
        test: guessing,
        title: 'while it is locked is not even checked, and does not make the lock longer',
      },
    ],
  },
  {
    says: 'An access token is believed by signature, algorithm, issuer, audience and end alone.',
    guards: [
      {
        file: 'packages/platform/src/token.ts',
        from: 'allowedIss: ISSUER,',
        to: '',
        test: keyTest,
        title: 'a token with',
      },
      {
        file: 'packages/platform/src/token.ts',
        from: 'allowedAud: AUDIENCE,',
        to: '',
        test: keyTest,
        title: 'a token with',
      },
      {
        file: 'packages/platform/src/token.ts',
        from: "requiredClaims: ['iss', 'aud', 'exp', 'sub'],",
        to: '',
        test: 'packages/platform/test/token.db.test.ts',
        title: 'a token without',
      },
      {
        file: 'packages/platform/src/token.ts',
        from: 'now - triedAt > (keys.size === 0 ? JWKS_FIRST_RETRY_MS : JWKS_RETRY_MS)',
        to: 'now >= triedAt',
        test: 'packages/platform/test/token.db.test.ts',
        title: 'a flood of unknown key ids makes at most one look at the key set',
      },
    ],
  },
  {
    says: 'A signing key is published long before it signs, and until its last token has ended.',
    guards: [
      {
        file: 'services/identity/src/signing-key/rotation.queries.ts',
        from: 'const LEAD_S = 900',
        to: 'const LEAD_S = 0',
        test: keyTest,
        title: 'publishes a key long before it signs',
      },
    ],
  },
  {
    says: 'Whoever signed out, was suspended or has another role is refused at once, everywhere.',
    guards: [
      {
        file: 'packages/platform/src/scope.ts',
        from: 'scope.token?.issuedAt ?? null,',
        to: "'9999-01-01',",
        test: 'packages/platform/test/token.db.test.ts',
        title: 'is refused everywhere',
      },
      {
        file: `${session}/ending.queries.ts`,
        from: 'emit(SessionEnded, version, refusal)',
        to: 'if (version < 0) emit(SessionEnded, version, refusal)',
        test: `${session}/logout.db.test.ts`,
        title: 'whoever signs out is refused here at once, and elsewhere when that was told',
      },
    ],
  },
  {
    says: 'A refresh token is exchanged at each use; a copy that is used ends its session.',
    guards: [
      {
        file: `${session}/session.ts`,
        from: 'return session.previousHash === hash && isInGrace',
        to: 'return session.previousHash === hash',
        test: refresh,
        title: 'ends the session when it is used after the grace',
      },
      {
        file: `${session}/session.ts`,
        from: "=== hash && isInGrace ? 'previous' : 'reused'",
        to: "=== hash && isInGrace ? 'previous' : 'dead'",
        test: refresh,
        title: 'ends the session when a successor was exchanged already, however soon',
      },
      {
        file: 'services/identity/src/refresh-token.ts',
        from: "return createHash('sha256').update(token).digest('base64url')",
        to: 'return token',
        test: refresh,
        title: 'is not in the database, nor what would open its successor there',
      },
    ],
  },
  {
    says: 'A link to choose a password is random, kept as a digest, and opens once, for an hour.',
    guards: [
      {
        file: `${user}/reset.queries.ts`,
        from: 'return numDeletedRows > 0n',
        to: 'return numDeletedRows >= 0n',
        test: resetTest,
        title: 'that eight use at the same moment chooses one password',
      },
      {
        file: `${user}/reset.queries.ts`,
        from: "await endSessionsOf(context, userId, { endedBy: 'password', except })\n",
        to: 'if (except) await endSessionsOf(context, except, { endedBy: "password" })\n',
        test: resetTest,
        title: 'lets the person choose a password once, ends all sessions, and lifts the lock',
      },
    ],
  },
  {
    says: 'A code of the second factor is accepted once, and wrong ones are counted.',
    guards: [
      {
        file: `${factor}/challenge.queries.ts`,
        from: "if (!numDeletedRows) throw problem('mfa_token_invalid')",
        to: "if (numDeletedRows === -1n) throw problem('mfa_token_invalid')",
        test: `${factor}/second-factor.db.test.ts`,
        title: 'lets one of sixteen in that present one token at one moment',
      },
      {
        file: `${factor}/second-factor.queries.ts`,
        from: "eb('lastStep', '<', proof.step)",
        to: "eb('lastStep', '>', 0)",
        test: `${factor}/second-factor.db.test.ts`,
        title: 'lets one of sixteen in that present one code at one moment',
      },
    ],
  },
  {
    says: "A garage's handle is random, kept as a digest, and works for a day after its code.",
    guards: [
      {
        file: `${garage}/garage-registration.queries.ts`,
        from: "eb('livesUntil', '>', sql<string>`now()`)]),",
        to: "eb('status', '=', 'verified')]),",
        test: `${garage}/garage-attacks.db.test.ts`,
        title: 'a handle that was guessed, that is older than a day',
      },
      {
        file: `${garage}/garage-registration.queries.ts`,
        from: "if (proved === null) throw problem('garage_contact_unproved')",
        to: "if (proved === undefined) throw problem('garage_contact_unproved')",
        test: `${garage}/garage-attacks.db.test.ts`,
        title: 'a step out of its order is refused, and says what comes first',
      },
    ],
  },
  {
    says: 'Nobody gives a role what they do not have themselves.',
    guards: [
      {
        file: 'services/identity/src/role/change.queries.ts',
        from: "if (unowned.length > 0) throw problem('permission_not_yours'",
        to: "if (unowned.length > 999) throw problem('permission_not_yours'",
        test: 'services/identity/src/role/role.db.test.ts',
        title: 'gives nobody what they do not have',
      },
    ],
  },
]
