import { describe, expect, test } from 'vitest'
import { breachesOf, rules, tell } from './architecture.ts'
import { budgetCases } from './budget-cases.ts'
import { houseOf } from './house.ts'
import { importCases } from './import-cases.ts'
import { wordCases } from './word-cases.ts'

const cases = [...importCases, ...wordCases, ...budgetCases]
const rulesBrokenBy = (files: Record<string, string>) =>
  breachesOf(houseOf(files), []).map((breach) => breach.rule.name)

describe('every rule of the house', () => {
  test('has a case that breaks it', () => {
    const covered = new Set(cases.map(({ rule }) => rule))
    expect(rules.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([])
  })

  test.each(cases)('$rule: $says', ({ rule, breaks }) => {
    expect(rulesBrokenBy(breaks)).toContain(rule)
  })

  test.each(cases)('$rule lets the other way pass', ({ keeps }) => {
    expect(rulesBrokenBy(keeps)).toEqual([])
  })
})

describe('a breach', () => {
  const house = houseOf({
    'services/billing/src/invoice/invoice.ts': "import { z } from 'zod'\nimport pg from 'pg'\n",
  })

  test('says where it is, what the law is and what to do instead', () => {
    const told = tell(breachesOf(house, []))
    expect(told).toContain("services/billing/src/invoice/invoice.ts:2  imports 'pg'")
    for (const { rule } of breachesOf(house, [])) {
      expect(told).toContain(`${rule.name}: ${rule.law}`)
      expect(told).toContain(`Instead: ${rule.instead}`)
    }
  })

  test('is not told where an exception gives a reason for it', () => {
    const [first] = breachesOf(house, [])
    const exception = {
      rule: first?.rule.name ?? '',
      file: 'services/billing/src/invoice/invoice.ts',
      found: "'pg'",
      reason: 'The series is counted here for as long as the ledger moves.',
    }
    const left = breachesOf(house, [exception])
    expect(left).toHaveLength(breachesOf(house, []).length - 1)
    expect(left.map((breach) => breach.rule)).not.toContain(first?.rule)
  })

  test('is an exception that nothing needs any more', () => {
    const stale = {
      rule: 'no-circles',
      file: 'gateway/src/main.ts',
      found: 'main',
      reason: 'Gone.',
    }
    expect(breachesOf(houseOf({}), [stale]).map((breach) => breach.found)).toEqual([
      "no-circles in gateway/src/main.ts: 'main'",
    ])
  })
})

test('a file that does not parse is named', () => {
  expect(() => houseOf({ 'gateway/src/main.ts': 'const = 1' })).toThrow(/gateway\/src\/main\.ts/)
})
