import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const script = resolve(import.meta.dirname, '../../.ci/run')
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forecourt-ci-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

test.each([
  { what: 'all is well', check: 0, tests: 0, tally: '12 0', line: '12 passed, 0 failed' },
  { what: 'a test fails', check: 0, tests: 1, tally: '11 1', line: '11 passed, 1 failed' },
  { what: 'a check fails', check: 1, tests: 0, tally: '12 0', line: '12 passed, 1 failed' },
  { what: 'both fail', check: 1, tests: 1, tally: '11 1', line: '11 passed, 2 failed' },
  { what: 'the run breaks off', check: 0, tests: 137, tally: '', line: '0 passed, 1 failed' },
  {
    what: 'vitest fails by itself',
    check: 0,
    tests: 1,
    tally: '12 0',
    line: '12 passed, 1 failed',
  },
  { what: 'no test was found', check: 0, tests: 0, tally: '0 0', line: '0 passed, 1 failed' },
])('when $what, the last line is "$line" and the exit code agrees', (run) => {
  const { status, stdout } = spawnSync('bash', [script], {
    encoding: 'utf8',
    env: { ...process.env, PATH: [folderOfCommands(run), process.env['PATH']].join(delimiter) },
    timeout: 50_000,
  })
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(run.line)
  expect(status).toBe(run.line.endsWith(' 0 failed') ? 0 : 1)
})

/** Puts an `npx` in front of the real one that ends `check` and `test` as a case says. */
function folderOfCommands(run: { check: number; tests: number; tally: string }): string {
  const body = `#!/usr/bin/env bash
    case "\${@: -1}" in
      check) exit ${run.check} ;;
      test)
        [ -z '${run.tally}' ] || echo '${run.tally}' >"$FORECOURT_TEST_TALLY"
        exit ${run.tests}
        ;;
    esac
    exit 99`
  writeFileSync(join(folder, 'npx'), body, { mode: 0o755 })
  return folder
}
