import { sql, type Expression, type SelectQueryBuilder, type SqlBool } from 'kysely'
import type { z } from 'zod'
import { withDefaults } from './declare.ts'
import type { Context, Endpoint, May, Signature } from './endpoint.ts'
import { isCustomer, type Me } from './me.ts'
import {
  querySchema,
  type Condition,
  type Filter,
  type ListQuery,
  type Operator,
  type Sort,
} from './list-query.ts'

const OPERATORS = { eq: '=', ne: '!=', gt: '>', gte: '>=', lt: '<', lte: '<=', in: 'in' } as const

type AnyQuery = SelectQueryBuilder<never, never, object>

export interface ListDeclared<Tables, Means, Item extends z.ZodType, Row> {
  about: string
  may: May
  item: Item
  /** name → the filter's type, and the column or condition behind it. */
  filters?: Record<string, Filter>
  /** name → column; the first is the default, newest first. */
  sorts: Record<string, Sort>
  /** What `?search=` looks into: columns that may contain the text, or a condition. */
  search?: readonly string[] | Condition
  /** What may be asked beside the words that every list knows, such as `?serviceCenterId=`. */
  query?: z.ZodRawShape
  /** The column that says which customer a row is of, where customers may ask. */
  own?: string
  /** Throws where the thing that the list hangs on is not the caller's to see. */
  of?: (
    context: Context<Tables> & Means,
    asked: { params: Record<string, string> },
  ) => Promise<void>
  from: (
    context: Context<Tables> & Means,
    asked: { params: Record<string, string>; query: Record<string, unknown> },
  ) => SelectQueryBuilder<never, never, Row>
  row?: (row: Row, context: Context<Tables> & Means) => z.input<Item>
}

/** Declares a list: query schema, SQL and documentation come from one declaration. */
export function declareList<Tables, Means, Item extends z.ZodType, Row>(
  signature: Signature,
  declared: ListDeclared<Tables, Means, Item, Row>,
): Endpoint {
  const query = querySchema(
    declared.filters ?? {},
    declared.sorts,
    declared.search !== undefined,
  ).extend(declared.query ?? {})
  const handle = async (
    context: Context<Tables> & Means,
    { params, query: asked }: { params: Record<string, string>; query: ListQuery },
  ) => {
    const from = declared.from(context, { params, query: { ...asked } })
    const owned = narrowed(declared.own, from as unknown as AnyQuery, context.me)
    const source = filtered(declared, owned, asked, context)
    const page = sorted(source, declared.sorts[asked.sort] ?? asked.sort, asked.order)
      .orderBy(sql.ref('id'), asked.order)
      .limit(asked.limit)
      .offset((asked.page - 1) * asked.limit)
    const total = source.clearSelect().select(sql<number>`count(*)`.as('total'))
    const [, rows, counted] = await Promise.all([
      declared.of?.(context, { params }),
      page.execute() as Promise<Row[]>,
      total.executeTakeFirstOrThrow() as unknown as Promise<{ total: number }>,
    ])
    const items = declared.row ? rows.map((row) => declared.row?.(row, context)) : rows
    return { items, total: counted.total }
  }
  const base = withDefaults(signature, { about: declared.about, may: declared.may, query, handle })
  return { ...base, kind: 'list', returns: declared.item }
}

/** Only a column that may be empty is said more of: an index serves the plain order alone. */
function sorted(source: AnyQuery, sort: Sort, order: ListQuery['order']): AnyQuery {
  if (typeof sort === 'string') return source.orderBy(sql.ref(sort), order)
  return source.orderBy(sql.ref(sort.nullable), (by) => by[order]().nullsLast())
}

/**
 * The scope hides what is another's, but only from whoever has read it: no index serves a policy of
 * several kinds of people. Said once more as a condition, one does.
 */
function narrowed(own: string | undefined, from: AnyQuery, me: Me): AnyQuery {
  if (!own || !me.userId || !isCustomer(me)) return from
  return from.where(sql<SqlBool>`${sql.ref(own)} = any ((select own_customers())::uuid[])`)
}

function filtered<Tables, Means, Item extends z.ZodType, Row>(
  declared: ListDeclared<Tables, Means, Item, Row>,
  from: AnyQuery,
  asked: ListQuery,
  context: Context<Tables> & Means,
): AnyQuery {
  let query = from
  for (const [name, tests] of Object.entries(asked.filter)) {
    const { column = name, condition } = declared.filters?.[name] ?? {}
    for (const [operator, value] of Object.entries(tests)) {
      query = condition
        ? query.where((eb) => {
            const holds = condition(eb, [value].flat().map(String), context as never)
            return operator === 'ne' ? eb.not(holds) : holds
          })
        : query.where(sql.ref(column) as never, OPERATORS[operator as Operator], value as never)
    }
  }
  const { search } = declared
  const text = asked.search
  if (!search || !text) return query
  return query.where((eb) =>
    typeof search === 'function'
      ? search(eb, [text], context as never)
      : eb.or(search.map((column) => contains(column, text))),
  )
}

/** Case-insensitive. */
export function contains(column: string, text: string): Expression<SqlBool> {
  return sql<boolean>`${sql.ref(column)} ilike ${`%${asItself(text)}%`}`
}

/** A text in a pattern of `like`, which gives none of its characters a meaning. */
export function asItself(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&')
}
