/** A few files that break one rule, and how the same wish is fulfilled within it. */
export interface Case {
  rule: string
  /** What the case shows, as the end of a sentence that the rule's name begins. */
  says: string
  breaks: Record<string, string>
  keeps: Record<string, string>
}

export const noun = 'services/workshop/src/job-card/job-card.ts'
export const routes = 'services/workshop/src/job-card/job-card.routes.ts'
export const proof = 'services/workshop/src/job-card/job-card.test.ts'
export const relay = 'packages/platform/src/relay.ts'

export function lines(count: number, line = 'it()'): string {
  return `${line}\n`.repeat(count)
}
