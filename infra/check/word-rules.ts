import { isTest, usesIn, type Finding, type Rule } from './rule.ts'
import type { House } from './house.ts'

const emptyNames = new Set(
  'common shared core utils util helpers helper lib types manager dto misc index'.split(' '),
)
const impure = /^(async|await|process\b.*|.*\(\)|import\(\) of .*)$/

export const wordRules: Rule[] = [
  {
    name: 'nouns-are-pure',
    law: 'A noun file says what is and what may happen: no async, no clock, no chance, no env.',
    instead: 'Take the moment or the value as an argument; the handler has `now` and the settings.',
    find: (house) => usesIn(house, impure, ['noun']),
  },
  {
    name: 'routes-catch-nothing',
    law: 'A route throws `problem(…)` and catches nothing: the road answers for every error.',
    instead: "Throw `problem('<reason>')`; wrap a library's errors in its .adapter.ts file.",
    find: (house) => usesIn(house, /^try$/, ['routes']),
  },
  {
    name: 'routes-write-no-status',
    law: 'Status codes stand in the endpoint literal and in contracts/errors.ts, not in handlers.',
    instead: "Declare `status`, or throw a problem whose reason has the status that's meant.",
    find: (house) => usesIn(house, /^status /, ['routes']),
  },
  {
    name: 'scope-belongs-to-the-database',
    law: 'Row-level security decides which rows a caller sees; no handler asks for a center.',
    instead: 'Leave the condition out, or declare `serviceCenterId` as a filter of the list.',
    find: (house) => usesIn(house, /^where /, ['routes']),
  },
  {
    name: 'tests-mock-nothing-of-ours',
    law: 'Tests run on the real thing: the engines, the services and the local providers.',
    instead: 'Use packages/testing, or pass another plain value to the function under test.',
    find: (house) => usesIn(house, /^vi\./),
  },
  {
    name: 'names-say-something',
    law: 'No file or folder is called common, shared, core, utils, helpers, lib, types, index …',
    instead: 'Name it after the business noun, or after the one thing that it does.',
    *find(house) {
      for (const { path } of house.sources) {
        const empty = path.split(/[/.]/).find((part) => emptyNames.has(part))
        if (empty) yield { file: path, line: 1, found: `the name '${empty}'` }
      }
    },
  },
  {
    name: 'names-are-kebab-case',
    law: 'Files and folders are kebab-case.',
    instead: 'Write job-card.routes.ts.',
    *find(house) {
      for (const { path } of house.sources) {
        const odd = path.split(/[/.]/).find((part) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(part))
        if (odd !== undefined) yield { file: path, line: 1, found: `the name '${odd}'` }
      }
    },
  },
  {
    name: 'silence-says-why',
    law: 'A comment that silences a check gives its reason in the same comment.',
    instead: 'Repair the cause; or write `-- <reason>` (lint) or `: <reason>` (types) behind it.',
    find: findSilence,
  },
  {
    name: 'hooks-always-run',
    law: 'Nobody skips the commit hooks.',
    instead: 'Repair what the hook found.',
    find: findSkippedHooks,
  },
  {
    name: 'raw-endpoints-are-counted',
    law: 'endpoint.raw is for streams and webhooks, each listed in infra/check/exceptions.ts.',
    instead: 'Declare it with `endpoint`; or list it with the reason why the road cannot carry it.',
    *find(house) {
      for (const source of house.sources) {
        for (const { line, what, raw } of source.endpoints) {
          if (raw && !isTest(source)) yield { file: source.path, line, found: what }
        }
      }
    },
  },
  {
    name: 'unaudited-writes-are-counted',
    law: "A write leaves an audit line; one with `audits: 'refusals'` is listed in exceptions.ts.",
    instead: 'Leave `audits` out; or list it with the reason why it is nobody that acts.',
    *find(house) {
      for (const source of house.sources) {
        for (const { line, what, lines } of source.endpoints) {
          const literal = source.lines.slice(line - 1, line - 1 + lines).join('\n')
          const isQuiet = /^\s+audits: 'refusals'/m.test(literal) && !isTest(source)
          if (isQuiet) yield { file: source.path, line, found: what }
        }
      }
    },
  },
]

function* findSilence(house: House): Generator<Finding> {
  for (const source of house.sources) {
    for (const { line, what } of source.comments) {
      const lint = /\b(?:eslint|oxlint)-disable\b/.test(what) && !/--\s*\S.{8,}/.test(what)
      const types =
        /@ts-(?:ignore|nocheck|expect-error)\b/.test(what) && !/@ts-\S+\s+.{9,}/.test(what)
      if (lint || types) yield { file: source.path, line, found: what.trim() }
    }
  }
}

function* findSkippedHooks(house: House): Generator<Finding> {
  const sources = house.sources.map(({ path, text }) => [path, text] as const)
  for (const [path, text] of [...sources, ...house.texts]) {
    for (const [at, line] of text.split('\n').entries()) {
      if (/--no[-]verify\b/.test(line)) yield { file: path, line: at + 1, found: line.trim() }
    }
  }
}
