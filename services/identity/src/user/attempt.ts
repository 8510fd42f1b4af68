/** So many wrong passwords per so long, for one account or one address. */
export interface FailureBudget {
  key: string
  count: number
  perS: number
}

/** Guards the check of a password against guessing. */
export interface Attempts {
  /**
   * Runs `check`, which answers whether the password was right, and counts it only if it was
   * wrong. While checks run, no more are let in than wrong ones are left, so that a burst of
   * guesses spends no more than the budget and a burst of right passwords is let through. Throws
   * `too_many_requests` when a budget is spent.
   */
  guess(budgets: FailureBudget[], check: () => Promise<boolean>): Promise<boolean>
}

const QUARTER_S = 900

/**
 * What wrong passwords from this address may cost, for the account, or for each one that may be
 * meant.
 */
export function failureBudgets(address: string, ...subjects: string[]): FailureBudget[] {
  const budget = (of: string, count: number) => ({ key: `login:${of}`, count, perS: QUARTER_S })
  const ofSubjects = subjects.map((subject) => budget(`subject:${subject}`, 10))
  return [...ofSubjects, budget(`address:${address}`, 30)]
}

/** From `after` failures in a row an account is locked: first for `firstS`, then twice as long. */
export const lock = { after: 10, firstS: 120, longestS: 3_600 } as const
