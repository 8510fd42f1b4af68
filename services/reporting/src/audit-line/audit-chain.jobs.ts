import { job } from '../db.ts'

const HOUR_MS = 3_600_000

/**
 * Tells the log where each chain ends. Logs are carried elsewhere, so whoever can rewrite this
 * database, chains and all, is still contradicted by them.
 */
export const tellHeads = job({
  name: 'audit-heads',
  everyMs: HOUR_MS,
  async run({ db, log }) {
    const chains = await db.selectFrom('auditChain').selectAll().orderBy('service').execute()
    const heads = chains.map((chain) => `${chain.service} ${chain.lastSequence} ${chain.lastHash}`)
    if (heads.length > 0) log.info({ heads }, 'The audit log ends here.')
    return false
  },
})
