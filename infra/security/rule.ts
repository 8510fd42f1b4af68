/** A rule of our security: what holds, and what would go wrong if a guard were taken away. */
export interface SecurityRule {
  /** What holds, in one sentence. */
  says: string
  guards: Guard[]
}

/** One place that upholds a rule, and the test that fails without it. */
export interface Guard {
  file: string
  /** Stands exactly once in the file. */
  from: string
  /** The same without its protection. */
  to: string
  test: string
  /** What the test promises; the beginning of it suffices. */
  title: string
}
