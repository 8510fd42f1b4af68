import {
  CamelCasePlugin,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
} from 'kysely'
import type { Answered } from './scoped-query.ts'
import { statement } from './trace-points.ts'

const plugins = [new CamelCasePlugin({ maintainNestedObjectKeys: true })]

export type Execute = (query: CompiledQuery) => Promise<QueryResult<unknown>>

/** Kysely builds and types the statements; how they travel is decided by `execute`. */
export function kyselyOver<Tables>(execute: Execute): Kysely<Tables> {
  const connection: DatabaseConnection = {
    executeQuery: <R>(query: CompiledQuery) =>
      statement(query.sql, () => execute(query)) as Promise<QueryResult<R>>,
    streamQuery: () => refuse(),
  }
  const driver: Driver = {
    init: async () => undefined,
    acquireConnection: async () => connection,
    releaseConnection: async () => undefined,
    beginTransaction: async () => refuse(),
    commitTransaction: async () => refuse(),
    rollbackTransaction: async () => refuse(),
    destroy: async () => undefined,
  }
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => driver,
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    plugins,
  })
}

export function resultOf({ rows, rowCount }: Answered): QueryResult<unknown> {
  return { rows, ...(rowCount !== null && { numAffectedRows: BigInt(rowCount) }) }
}

function refuse(): never {
  throw new Error('The road opens and closes transactions; nothing else does.')
}
