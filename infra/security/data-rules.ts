import type { SecurityRule } from './rule.ts'

const road = 'packages/platform/test/road.db.test.ts'
const fileTest = 'services/customer-vehicle/src/file/file.db.test.ts'
const scopeTest = 'packages/platform/test/scope.db.test.ts'

/** Who may do what, whose rows they see, how persons are hidden, what comes through the door. */
export const dataRules: SecurityRule[] = [
  {
    says: 'A route asks for a permission before it reads what was sent.',
    guards: [
      {
        file: 'packages/platform/src/road.ts',
        from: "if (may !== 'signed_in' && !me.may(may)) throw problem('permission_missing')",
        to: "if (may === 'signed_in' && !me.userId) throw problem('permission_missing')",
        test: road,
        title: 'who asks is judged before what is asked: 401, then 403, then 422',
      },
    ],
  },
  {
    says: 'No role, status, center or account is taken from a body where the token decides.',
    guards: [
      {
        file: 'packages/platform/src/parse.ts',
        from: 'return read.data',
        to: 'return { ...(value as object), ...(read.data as object) }',
        test: road,
        title: 'fields that nobody asked for are dropped, whatever they are called',
      },
    ],
  },
  {
    says: 'The database shows each person their own rows, and a missing scope none.',
    guards: [
      {
        file: 'packages/platform/migrations/0001_road.sql',
        from: "     or (select scope_kind()) = ''own'' and (%2$s)",
        to: "     or (select scope_kind()) = ''own''",
        test: scopeTest,
        title: 'each kind of scope sees its own rows',
      },
      {
        file: 'packages/platform/migrations/0001_road.sql',
        from: "execute format('alter table %s force row level security', table_name);",
        to: "execute format('alter table %s no force row level security', table_name);",
        test: 'services/customer-vehicle/src/matrix.db.test.ts',
        title: 'every table is under the scope, or has a reason not to be',
      },
      {
        file: 'packages/platform/src/scope.ts',
        from: "const SET_SCOPE = `select set_config('scope.kind', $1, true)",
        to: "const SET_SCOPE = `select set_config('scope.kind', $1, false)",
        test: scopeTest,
        title: 'a connection forgets the scope of its last request',
      },
    ],
  },
  {
    says: 'A sealed value opens at its own place alone, and is found by a keyed digest.',
    guards: [
      {
        file: 'packages/platform/src/personal.ts',
        from: 'return `${table}|${column}|${id}`',
        to: 'return `${table}|${column}|${id.slice(0, 0)}`',
        test: 'services/identity/src/signing-key/signing-key.db.test.ts',
        title: 'keeps the private key as ciphertext that no other row can open',
      },
      {
        file: 'packages/platform/src/personal.ts',
        from: '.update(field).digest()',
        to: '.update(field.slice(0, 0)).digest()',
        test: 'packages/platform/src/personal.test.ts',
        title: 'a blind index finds the same value, differs by field and key',
      },
    ],
  },
  {
    says: 'A new key takes the place of an old one everywhere, while everybody works.',
    guards: [
      {
        file: 'packages/platform/src/reseal.ts',
        from: 'order by id limit ${BATCH} for update`.execute(db)\n    if',
        to: 'order by id limit ${BATCH}`.execute(db)\n    if',
        test: 'services/customer-vehicle/src/customer/reseal.db.test.ts',
        title: 'whoever was writing when it came is waited for',
      },
    ],
  },
  {
    says: 'No log line holds a code, a token, a password or a whole phone.',
    guards: [
      {
        file: 'packages/platform/src/log.ts',
        from: "if (isSecret(name) && !isKind) return '[redacted]'",
        to: "if (isSecret(name) && isKind) return '[redacted]'",
        test: 'packages/platform/src/log.test.ts',
        title: 'is hidden',
      },
      {
        file: 'packages/platform/src/log.ts',
        from: 'message: scrub(message),',
        to: 'message,',
        test: 'packages/platform/src/log.test.ts',
        title: 'an error tells its kind, its rule and its cause',
      },
    ],
  },
  {
    says: 'Every deed and every refusal leaves a line that gives nobody away, in one chain.',
    guards: [
      {
        file: 'packages/platform/src/audit.ts',
        from: 'filter(([name]) => !isSecret(name))',
        to: 'filter(([name]) => name.length > 0)',
        test: 'packages/platform/src/audit.test.ts',
        title: 'however deep a person stands in what was changed',
      },
    ],
  },
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
        test: road,
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
