import type { SecurityRule } from './rule.ts'

const fileTest = 'services/customer-vehicle/src/file/file.db.test.ts'

/** What comes through the door: files, addresses, too many requests, secrets. */
export const edgeRules: SecurityRule[] = [
  {
    says: 'A file is judged by its content, made anew, and shown to who sees what it hangs on.',
    guards: [
      {
        file: 'services/customer-vehicle/src/file/picture.adapter.ts',
        from: "throw problem('file_not_an_image')",
        to: 'return head',
        test: fileTest,
        title: 'what is no picture is refused',
      },
      {
        file: 'services/customer-vehicle/src/file/upload.adapter.ts',
        from: "file.on('limit', () => reject(problem('file_too_large')))",
        to: "file.on('limit', () => undefined)",
        test: fileTest,
        title: 'an upload without end is answered and cut off',
      },
      {
        file: 'services/customer-vehicle/src/file/file-link.adapter.ts',
        from: 'if (!isOurs || leftS < 0 || leftS > LIFE_S)',
        to: 'if (!isOurs || leftS > LIFE_S)',
        test: fileTest,
        title: 'open to a signed link for five minutes, and to no other',
      },
      {
        file: 'services/customer-vehicle/src/file/file.queries.ts',
        from: 'if (held + bytes > MAX_UNATTACHED_BYTES)',
        to: 'if (held + bytes < 0)',
        test: fileTest,
        title: 'when too much lies unattached, no more is taken until some is gone',
      },
      {
        file: 'services/customer-vehicle/src/file/file.ts',
        from: 'return isSignedIn || publicPurposes.has(purpose)',
        to: 'return isSignedIn || purpose.length > 0',
        test: fileTest,
        title: 'what nobody signed in may bring is refused to the anonymous',
      },
      {
        file: 'services/customer-vehicle/src/file/file.queries.ts',
        from: 'to: userId, broughtBy: userId }',
        to: 'to: userId }',
        test: 'services/customer-vehicle/src/file/account-files.db.test.ts',
        title: 'nobody holds what somebody else has brought',
      },
      {
        file: 'services/customer-vehicle/src/file/content.adapter.ts',
        from: "'x-content-type-options': 'nosniff',",
        to: '',
        test: fileTest,
        title: 'are no page, have no guessed type and stay out of caches between',
      },
    ],
  },
  {
    says: 'Only a listed proxy says where somebody comes from; IPv6 counts by its network.',
    guards: [
      {
        file: 'packages/platform/src/app.ts',
        from: 'trustProxy: config.TRUST_PROXY,',
        to: 'trustProxy: true,',
        test: 'packages/platform/test/road.db.test.ts',
        title: 'the address of a line is what a trusted proxy says',
      },
      {
        file: 'packages/platform/src/config.ts',
        from: '/^[1-9]\\d*$/.test(bits)',
        to: '/^\\d*$/.test(bits)',
        test: 'packages/platform/src/config.test.ts',
        title: 'TRUST_PROXY',
      },
    ],
  },
  {
    says: 'Whoever asks the gateway for too much is refused, and waits for nobody to be so.',
    guards: [
      {
        file: 'gateway/src/tallies.ts',
        from: 'if (waitMs > costMs / 1_000) return waitMs',
        to: 'if (waitMs > windowMs) return waitMs',
        test: 'gateway/src/general-limit.db.test.ts',
        title: 'an address has one budget, under every spelling, alias and method',
      },
    ],
  },
  {
    says: 'Production starts with no secret that a checkout made for itself.',
    guards: [
      {
        file: 'packages/platform/src/config.ts',
        from: 'const DEVELOPMENT_SECRET = /(^|,)dev-[^:,]*:/',
        to: 'const DEVELOPMENT_SECRET = /^dev-[^:,]*:/',
        test: 'packages/platform/src/config.test.ts',
        title: 'PERSONAL_KEYS',
      },
    ],
  },
]
