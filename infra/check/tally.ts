import { writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'

/**
 * Writes `<passed> <failed>` to a file when the run ends, for `.ci/run`'s closing line. A file that
 * does not load, a suite whose hook fails and an error outside any test each count as one failure.
 * Names what passed only at a second try: each is a defect of the test or of what it tests.
 */
export function tallyReporter(file: string): Reporter {
  return {
    onTestRunEnd(modules, unhandledErrors) {
      const results = modules.flatMap((module) => outcomes(module))
      const passed = results.filter((outcome) => outcome === 'passed').length
      const failed = results.filter((outcome) => outcome === 'failed').length
      writeFileSync(file, `${passed} ${failed + unhandledErrors.length}\n`)
      const tests = modules.flatMap((module) => [...module.children.allTests()])
      for (const test of tests.filter((one) => one.diagnostic()?.flaky)) {
        process.stdout.write(`second try: ${test.module.relativeModuleId} > ${test.fullName}\n`)
      }
    },
  }
}

function outcomes(module: TestModule): string[] {
  const groups = [module, ...module.children.allSuites()]
  const broken = groups.filter((group) => group.errors().length > 0)
  const tests = [...module.children.allTests()].map((test) => test.result().state)
  return [...broken.map(() => 'failed'), ...tests]
}
