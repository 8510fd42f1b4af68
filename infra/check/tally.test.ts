import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forecourt-tally-'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
})

afterEach(() => rmSync(folder, { recursive: true }))

const good = "test('holds', () => expect(1).toBe(1))"
const bad = "test('does not hold', () => expect(1).toBe(2))"

test('a run without a failure counts what passed', () => {
  expect(tallyOf({ one: good, two: good })).toEqual({ tally: '2 0', status: 0 })
})

test('a failed test is counted beside those that passed', () => {
  expect(tallyOf({ one: good, two: `${good}\n${bad}` })).toEqual({ tally: '2 1', status: 1 })
})

test('a file that does not load is a failure', () => {
  const tally = tallyOf({ one: good, two: "throw new Error('This file cannot load.')" })
  expect(tally).toEqual({ tally: '1 1', status: 1 })
})

test('a suite whose hook fails is a failure, and its tests do not pass', () => {
  const suite = `describe('a suite', () => {
    beforeAll(() => { throw new Error('Nothing starts.') })
    ${good}
  })`
  expect(tallyOf({ one: good, two: suite })).toEqual({ tally: '1 1', status: 1 })
})

test('a test that passes at a second try is counted as passed, and named', () => {
  const late = "let tries = 0; test('holds late', { retry: 1 }, () => expect(++tries).toBe(2))"
  const { stdout, ...ended } = run({ one: good, two: late })
  expect(ended).toEqual({ tally: '2 0', status: 0 })
  expect(stdout).toBe('second try: two.test.ts > holds late\n')
})

test('an error outside every test is a failure', () => {
  const stray = `${good}\nvoid Promise.reject(new Error('Nobody waits for this.'))`
  expect(tallyOf({ one: stray })).toEqual({ tally: '1 1', status: 1 })
})

function tallyOf(bodies: Record<string, string>): Pick<Run, 'tally' | 'status'> {
  const { tally, status } = run(bodies)
  return { tally, status }
}

interface Run {
  tally: string
  status: number | null
  stdout: string
}

/** Runs vitest over files of these bodies, and reads what was counted and how it ended. */
function run(bodies: Record<string, string>): Run {
  for (const [name, body] of Object.entries(bodies)) {
    const head = "import { beforeAll, describe, expect, test } from 'vitest'"
    writeFileSync(join(folder, `${name}.test.ts`), `${head}\n${body}\n`)
  }
  const settings = `import { tallyReporter } from '${root}/infra/check/tally.ts'
    export default { test: { reporters: [tallyReporter('${folder}/tally')] } }`
  writeFileSync(join(folder, 'vitest.config.ts'), settings)
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const { status, stdout } = spawnSync(process.execPath, [vitest, 'run', '--root', folder], {
    encoding: 'utf8',
    timeout: 50_000,
  })
  return { tally: readFileSync(join(folder, 'tally'), 'utf8').trim(), status, stdout }
}
