import { existsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import { tallyReporter } from './infra/check/tally.ts'

const globalSetup = 'packages/testing/src/global-setup.ts'
const tallyFile = process.env['FORECOURT_TEST_TALLY']
const rooms = '{packages,services,gateway,infra}/**'
// When patience ends with what never comes. A test says in which order things happen and not how
// fast, so that it holds on a machine that others load too.
const timeoutMs = { pure: 60_000, engines: 60_000, e2e: 120_000, hook: 120_000, poll: 15_000 }
// Where engines are killed and crowds race, a machine that stands still for seconds can spoil a
// test that holds. CI gives it a second try, and its closing lines name each that needed one.
const retry = process.env['CI'] ? 1 : 0

// The file name says what a test needs: `.test.ts` nothing, `.db.test.ts` the engines, `e2e/` every
// service. The root's global setup runs once for all projects and starts engines only when a queued
// file needs them.
export default defineConfig({
  test: {
    globalSetup: existsSync(globalSetup) ? [globalSetup] : [],
    maxWorkers: 2,
    expect: { poll: { timeout: timeoutMs.poll } },
    reporters: tallyFile ? ['default', tallyReporter(tallyFile)] : ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: [`${rooms}/*.test.ts`],
          exclude: ['**/node_modules/**', '**/*.db.test.ts'],
          testTimeout: timeoutMs.pure,
          // These tests keep nothing outside themselves, so their files may share a worker.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'engines',
          include: [`${rooms}/*.db.test.ts`],
          exclude: ['**/node_modules/**'],
          testTimeout: timeoutMs.engines,
          hookTimeout: timeoutMs.hook,
          retry,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          exclude: ['**/node_modules/**'],
          testTimeout: timeoutMs.e2e,
          hookTimeout: timeoutMs.hook,
          retry,
          // One file at a time and after the others: each starts all services.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
