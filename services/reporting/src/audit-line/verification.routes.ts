import { endpoint } from '../db.ts'
import { verifyChains } from './verification.queries.ts'
import { Verification, verificationOf, VerifyQuery } from './verification.ts'

export const verifyAuditLogs = endpoint('GET /admin/audit-logs/verify', {
  about: 'Check that no line of the audit log was changed, removed or added.',
  may: 'audit.verify',
  // Whoever may verify sees no line by it, and a chain has lines of every center.
  acts: 'system',
  query: VerifyQuery,
  returns: Verification,
  async handle({ db }, { query }) {
    return verificationOf(await verifyChains(db, query))
  },
})
