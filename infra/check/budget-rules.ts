import type { House } from './house.ts'
import { roomOf } from './rooms.ts'
import { isTest, type Finding, type Rule } from './rule.ts'
import type { Block, Source } from './source.ts'

const budgets = {
  file: 250,
  platformFile: 150,
  testFile: 400,
  function: 70,
  endpoint: 20,
  columns: 100,
}

export const budgetRules: Rule[] = [
  {
    name: 'files-fit-one-sitting',
    law: 'A file has at most 250 lines, a platform file 150, a test 400.',
    instead: 'Split it where the second question begins, and name both halves after what they say.',
    *find(house) {
      for (const source of house.sources) {
        const lines = source.text.replace(/\n$/, '').split('\n').length
        if (lines > fileBudget(source)) {
          yield { file: source.path, line: 1, found: `${lines} of ${fileBudget(source)} lines` }
        }
      }
    },
  },
  {
    name: 'functions-fit-one-look',
    law: 'A function has at most 70 lines.',
    instead: 'Give the steps in it names of their own.',
    find: (house) => tooLong(house, budgets.function, (source) => source.functions),
  },
  {
    name: 'endpoints-only-declare',
    law: 'An endpoint literal has at most 20 lines.',
    instead: 'Move rules to the noun file, lifecycle moves to its machine, queries to .queries.ts.',
    find: (house) => tooLong(house, budgets.endpoint, (source) => source.endpoints),
  },
  {
    name: 'lines-fit-the-screen',
    law: 'A line has at most 100 columns; the title of a test is a sentence and may be longer.',
    instead: 'Break it (`pnpm format` does it for code), or shorten what it says.',
    find: findWideLines,
  },
]

function fileBudget(source: Source): number {
  if (isTest(source)) return budgets.testFile
  return roomOf(source.path)?.name === 'platform' ? budgets.platformFile : budgets.file
}

function* tooLong(
  house: House,
  most: number,
  blocksOf: (source: Source) => Block[],
): Generator<Finding> {
  for (const source of house.sources) {
    for (const { line, what, lines } of blocksOf(source)) {
      if (lines > most) yield { file: source.path, line, found: `${lines} lines: ${what}` }
    }
  }
}

function* findWideLines(house: House): Generator<Finding> {
  const sources = house.sources.map(({ path, text }) => [path, text] as const)
  const sql = [...house.texts].filter(([path]) => path.endsWith('.sql'))
  for (const [path, text] of [...sources, ...sql]) {
    for (const [at, line] of text.split('\n').entries()) {
      if (line.length > budgets.columns && !/^ *test\('/.test(line)) {
        yield { file: path, line: at + 1, found: `${line.length} columns: ${line.trim()}` }
      }
    }
  }
}
