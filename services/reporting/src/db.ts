import { roadOver } from '@forecourt/platform/over'
import type { Table } from '@forecourt/platform/table'
import { AuditChainRow } from './audit-line/audit-chain.ts'
import { AuditLineRow } from './audit-line/audit-line.ts'

/** Every table of this service, by the schema of its rows. */
export const tables = { auditLine: AuditLineRow, auditChain: AuditChainRow }

export type Tables = { [Name in keyof typeof tables]: Table<(typeof tables)[Name]> }

export const { endpoint, consumer, on, job } = roadOver<Tables>()
