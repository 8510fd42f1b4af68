import { sql, type RawBuilder } from 'kysely'

/**
 * The next number of a document that people call by its number, such as SR-000123. Unique; gaps
 * are allowed, because a number that was drawn is never given back.
 */
export function documentNumber(prefix: string, sequence: string): RawBuilder<string> {
  return sql<string>`${prefix} || '-' || lpad(nextval(${sequence}::regclass)::text, 6, '0')`
}
