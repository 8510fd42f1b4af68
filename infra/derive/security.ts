import { readFileSync } from 'node:fs'
import type { Guard } from '../security/rule.ts'
import { securityRules } from '../security/security-rules.ts'

const ROOT = new URL('../../', import.meta.url)
/** A test that every service has is written once, there. */
const SHARED_TESTS = 'packages/testing/src/tables.ts'

/**
 * What our security promises, and by which tests. Throws for a guard that no longer stands where
 * its rule says, or whose test is gone.
 */
export function securityLines(): string {
  const rows = securityRules.flatMap(({ says, guards }) =>
    guards.map((guard, at) => {
      expectGuard(guard)
      const cells = [at === 0 ? says : '', `\`${guard.file}\``, `\`${guard.test}\`: ${guard.title}`]
      return `| ${cells.join(' | ')} |`
    }),
  )
  return [
    '# What our security promises',
    '',
    'Each line names a guard and the test that fails without it; `pnpm weaken` takes every one',
    'away in a copy of the checkout, one after another, and says whether its test notices.',
    '',
    '| promise | guard | noticed by |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

function expectGuard({ file, from, test, title }: Guard): void {
  const found = textOf(file).split(from).length - 1
  if (found !== 1) throw new Error(`${file} holds ${found} times what guards it: ${from}`)
  if (textOf(test).includes(title) || textOf(SHARED_TESTS).includes(title)) return
  throw new Error(`${test} has no test of the title: ${title}`)
}

function textOf(file: string): string {
  return readFileSync(new URL(file, ROOT), 'utf8')
}
