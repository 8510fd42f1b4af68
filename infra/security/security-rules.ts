import { accountRules } from './account-rules.ts'
import { codeRules } from './code-rules.ts'
import { contactRules } from './contact-rules.ts'
import { dataRules } from './data-rules.ts'
import { edgeRules } from './edge-rules.ts'
import type { SecurityRule } from './rule.ts'

/** All that our security promises, with the guards that uphold it. */
export const securityRules: readonly SecurityRule[] = [
  ...codeRules,
  ...accountRules,
  ...contactRules,
  ...dataRules,
  ...edgeRules,
]
