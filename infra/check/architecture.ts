import { budgetRules } from './budget-rules.ts'
import { exceptions } from './exceptions.ts'
import { readHouse, type House } from './house.ts'
import { importRules } from './import-rules.ts'
import type { Exception, Finding, Rule } from './rule.ts'
import { wordRules } from './word-rules.ts'

/** The law of the house, in the order in which its breaches are told. */
export const rules: Rule[] = [...importRules, ...wordRules, ...budgetRules]

const exceptionRule = {
  name: 'exceptions-are-needed',
  law: 'An exception stands only as long as something needs it.',
  instead: 'Delete its entry.',
}

export interface Breach extends Finding {
  rule: Pick<Rule, 'name' | 'law' | 'instead'>
}

export function breachesOf(house: House, allowed: Exception[] = exceptions): Breach[] {
  const found = rules.flatMap((rule) => [...rule.find(house)].map((one) => ({ ...one, rule })))
  const covers = (exception: Exception, breach: Breach) =>
    exception.rule === breach.rule.name &&
    exception.file === breach.file &&
    breach.found.includes(exception.found)
  const unneeded = allowed.filter((exception) => !found.some((breach) => covers(exception, breach)))
  return [
    ...found.filter((breach) => !allowed.some((exception) => covers(exception, breach))),
    ...unneeded.map(({ rule, file, found: part }) => ({
      rule: exceptionRule,
      file: 'infra/check/exceptions.ts',
      line: 1,
      found: `${rule} in ${file}: '${part}'`,
    })),
  ]
}

/** One paragraph per rule: the law, each place that breaks it, and what to do instead. */
export function tell(breaches: Breach[]): string {
  const byRule = Map.groupBy(breaches, (breach) => breach.rule)
  const paragraphs = [...byRule].map(([rule, places]) => {
    const lines = places.map(({ file, line, found }) => `  ${file}:${line}  ${found.slice(0, 120)}`)
    return [`${rule.name}: ${rule.law}`, ...lines, `  Instead: ${rule.instead}`].join('\n')
  })
  return paragraphs.join('\n\n')
}

if (import.meta.main) {
  const house = await readHouse(process.cwd())
  const breaches = breachesOf(house)
  console.log(breaches.length > 0 ? tell(breaches) : `${house.sources.length} files keep the law.`)
  process.exitCode = breaches.length > 0 ? 1 : 0
}
