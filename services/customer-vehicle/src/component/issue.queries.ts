import { randomUUIDv7 } from 'node:crypto'
import type { Context } from '@forecourt/platform/endpoint'
import { problem } from '@forecourt/platform/problem'
import { sql } from 'kysely'
import type { Tables } from '../db.ts'
import { isResolved, type ToldIssue } from './change.ts'
import type { VehicleComponentRow } from './component.ts'

type Telling = Pick<Context<Tables>, 'db' | 'me' | 'now'>
type Whose = Pick<VehicleComponentRow, 'vehicleId' | 'componentId'>

/** Keeps what was told of a component's issues. Throws `not_found` for an id of none of them. */
export async function keepIssues(
  context: Telling,
  whose: Whose,
  issues: readonly ToldIssue[],
): Promise<void> {
  for (const issue of issues) {
    if (issue.id === undefined) await addIssue(context, whose, issue)
    else await settleIssue(context, whose, issue)
  }
}

async function addIssue(
  { db, me, now }: Telling,
  { vehicleId, componentId }: Whose,
  issue: ToldIssue,
): Promise<void> {
  const { description = '', severity, reportedDate, resolvedDate } = issue
  await db
    .insertInto('componentIssue')
    .values({
      id: randomUUIDv7(),
      vehicleId,
      componentId,
      description,
      severity,
      reportedAt: reportedDate ?? now,
      reportedBy: me.userId,
      resolvedAt: isResolved(issue) ? (resolvedDate ?? now) : null,
    })
    .execute()
}

async function settleIssue(
  { db, now }: Telling,
  { vehicleId, componentId }: Whose,
  issue: ToldIssue,
): Promise<void> {
  const settled = await db
    .updateTable('componentIssue')
    .set({ resolvedAt: isResolved(issue) ? sql<string>`coalesce(resolved_at, ${now})` : null })
    .where('id', '=', issue.id ?? '')
    .where('vehicleId', '=', vehicleId)
    .where('componentId', '=', componentId)
    .returning('id')
    .executeTakeFirst()
  if (!settled) throw problem('not_found')
}
