import type { SecurityRule } from './rule.ts'

const otpTest = 'packages/otp/src/otp.db.test.ts'
const verify = 'packages/otp/src/verify.ts'
const send = 'packages/otp/src/send.ts'
const budget = 'packages/otp/src/send-budget.ts'

/** One-time passwords: made, counted, proved, and brought to their owner. */
export const codeRules: SecurityRule[] = [
  {
    says: 'A code is drawn evenly from all its digits, and only a keyed digest of it is kept.',
    guards: [
      {
        file: 'packages/otp/src/code.ts',
        from: 'randomInt(0, 10 ** length)',
        to: 'randomInt(0, 9 * 10 ** (length - 1))',
        test: 'packages/otp/src/code.test.ts',
        title: 'every digit of a code is as likely as any other',
      },
      {
        file: 'packages/otp/src/code.ts',
        from: "'code', [id, purpose, destinationIndex, code]",
        to: "'code', [purpose, destinationIndex, code]",
        test: 'packages/otp/src/code.test.ts',
        title: 'a digest is bound to its row, purpose, destination and key',
      },
    ],
  },
  {
    says: 'A try is counted before it is compared, and exactly so many comparisons are made.',
    guards: [
      {
        file: verify,
        from: 'attempts >= 0 and (attempts < max_attempts or proved_at is not null)',
        to: 'attempts >= 0',
        test: otpTest,
        title: 'fifty wrong guesses at once are three comparisons',
      },
      {
        file: verify,
        from: 'where id = ${otpId}::uuid and proved_at is not null\n       and consumed_at is null',
        to: 'where id = ${otpId}::uuid and proved_at is not null',
        test: otpTest,
        title: 'of sixteen right codes at once exactly one is used',
      },
      {
        file: verify,
        from: 'case when hit is null and attempts >= max_attempts then now() end',
        to: 'null',
        test: otpTest,
        title: 'a proved code cannot be guessed at for ever',
      },
    ],
  },
  {
    says: 'A code proves only the body that it was sent for.',
    guards: [
      {
        file: send,
        from: 'if (key && digestOfBody(key.secret, purpose, body).equals(living.proves)) return',
        to: 'return',
        test: otpTest,
        title: 'a living code refuses another body for free',
      },
    ],
  },
  {
    says: 'A resend voids the old code and gives no new guesses: ten wrong ones close a phone.',
    guards: [
      {
        file: send,
        from: 'update otp set voided_at = now()\n',
        to: 'update otp set voided_at = voided_at\n',
        test: otpTest,
        title: 'after a resend the old code is wrong and the new one right',
      },
      {
        file: 'packages/otp/src/guess-budget.ts',
        from: "if redis.call('ZCARD', key) >= most then",
        to: "if redis.call('ZCARD', key) >= most * 10 then",
        test: otpTest,
        title: 'ten wrong codes within a day close a phone',
      },
    ],
  },
  {
    says: 'Sending is limited by phone, by address, by country and by day.',
    guards: [
      {
        file: 'packages/otp/src/means.ts',
        from: "Math.max(OTP_COOLDOWN_S, NODE_ENV === 'production' ? COOLDOWN_S : 0)",
        to: 'OTP_COOLDOWN_S',
        test: 'packages/otp/src/means.test.ts',
        title: 'the minute between two codes is shortened by a developer',
      },
      {
        file: budget,
        from: 'const PER_HOUR = 5',
        to: 'const PER_HOUR = 50',
        test: otpTest,
        title: 'one code in 60 seconds, 5 in an hour',
      },
      {
        file: budget,
        from: 'if (address !== null) {',
        to: 'if (address === undefined) {',
        test: otpTest,
        title: 'twenty codes an hour go out for one address',
      },
      {
        file: budget,
        from: 'if sent + wanted > most then',
        to: 'if false then',
        test: otpTest,
        title: "a country's messages of the day are counted, and end",
      },
      {
        file: send,
        from: 'if (country !== null && countries.includes(country)) return country',
        to: 'if (country !== null) return country',
        test: otpTest,
        title: 'a country that is not served gets no code',
      },
    ],
  },
  {
    says: 'Whoever is counted is counted whatever they write about themselves.',
    guards: [
      {
        file: 'packages/platform/src/limit.ts',
        from: 'const PER_STRANGER = 5',
        to: 'const PER_STRANGER = 50',
        test: 'services/identity/src/sign-up/attacks.db.test.ts',
        title: 'five requests in a quarter of an hour, by phone and by address',
      },
      {
        file: 'services/identity/src/user/attempt.ts',
        from: 'budget(`subject:${subject}`, 10)',
        to: 'budget(`subject:${subject}`, 1_000)',
        test: 'services/identity/src/session/guessing.db.test.ts',
        title: 'a hundred times at once has ten checked and no more',
      },
      {
        file: 'services/identity/src/user/attempt.ts',
        from: 'budget(`address:${address}`, 30)',
        to: 'budget(`address:${address}`, 3_000)',
        test: 'services/identity/src/session/guessing.db.test.ts',
        title: 'may be wrong thirty times, over all accounts',
      },
      {
        file: 'services/identity/src/session/session.routes.ts',
        from: 'for (const subject of subjects) await countFailure(db, subject)',
        to: "await countFailure(db, subjects.at(-1) ?? '')",
        test: 'services/identity/src/session/spelling.db.test.ts',
        title: 'ends after ten wrong ones, however the phone is spelled',
      },
    ],
  },
  {
    says: 'Without Redis nobody gets a code, guesses one or signs in.',
    guards: [
      {
        file: 'packages/otp/src/means.ts',
        from: "throw problem('service_unavailable', { retryAfterS: 2 }, error)",
        to: 'return 0 as Result',
        test: otpTest,
        title: 'without Redis nobody sends and nobody guesses',
      },
    ],
  },
  {
    says: 'A code travels as ciphertext, is erased once sent or dead, and shown nowhere.',
    guards: [
      {
        file: 'packages/otp/src/means.ts',
        from: 'reveals: revealsIn(config)',
        to: 'reveals: true',
        test: 'services/customer-vehicle/src/registration/refusals.db.test.ts',
        title: 'no answer shows the code unless it is asked for by configuration',
      },
      {
        file: 'packages/otp/src/means.ts',
        from: "&& SMS_PROVIDER !== 'twilio'",
        to: '',
        test: 'packages/otp/src/means.test.ts',
        title: 'a code that goes to real phones is shown in no answer',
      },
      {
        file: 'packages/platform/src/config.ts',
        from: "if (env['APP_DEBUG'] === 'true') faults.push",
        to: "if (env['APP_DEBUG'] === 'TRUE') faults.push",
        test: 'packages/platform/src/config.test.ts',
        title: 'APP_DEBUG',
      },
    ],
  },
]
