import type { SecurityRule } from './rule.ts'

const road = 'packages/platform/test/road.db.test.ts'
const auditLine = 'services/reporting/src/audit-line'
const scopeTest = 'packages/platform/test/scope.db.test.ts'

/** Who may do what, whose rows they see, how persons are hidden, what is kept of a deed. */
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
      {
        file: 'packages/platform/src/audit.ts',
        from: "typeof value !== 'string' || !isSealed(value)",
        to: "typeof value !== 'string' || value.length > 0",
        test: 'packages/platform/src/audit.test.ts',
        title: 'what lies sealed in a row is left out',
      },
      {
        file: 'packages/platform/src/audit.ts',
        from: '? lengthOf : maskText',
        to: '? maskText : maskText',
        test: 'packages/platform/src/audit.test.ts',
        title: 'what a person wrote in their own words is told by its length',
      },
      {
        file: 'packages/platform/src/migrate.ts',
        from: '`revoke update, delete on ${name} from ${role}`',
        to: '`revoke truncate on ${name} from ${role}`',
        test: `${auditLine}/audit-line.db.test.ts`,
        title: 'the service itself cannot run',
      },
      {
        file: `${auditLine}/audit-chain.ts`,
        from: 'if (hashOf(line) !== line.hash) {',
        to: "if (line.hash === '') {",
        test: `${auditLine}/tampering.db.test.ts`,
        title: 'to have changed the column',
      },
      {
        file: `${auditLine}/audit-chain.ts`,
        from: 'return line.previousHash === before.hash ? undefined',
        to: 'return line.previousHash ? undefined',
        test: `${auditLine}/tampering.db.test.ts`,
        title: 'to have put a line with a fitting hash in the place of another',
      },
    ],
  },
  {
    says: 'Whoever was erased stays so, whatever is told of them later.',
    guards: [
      {
        file: 'packages/platform/migrations/0005_erased.sql',
        from: 'if exists (select from erased_noun where id = new.id) then return null; end if;',
        to: '',
        test: 'services/customer-vehicle/src/erasure/erasure.db.test.ts',
        title: 'a row under an erased id is left out by the database itself',
      },
    ],
  },
]
