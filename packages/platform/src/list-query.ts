import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import { z } from 'zod'
import { problem } from './problem.ts'

const MAX_LIMIT = 100
const MIN_SEARCH = 2

/** What is looked for, its accents as they are kept; an empty box on a page looks for nothing. */
const SearchText = z
  .string()
  .normalize('NFC')
  .trim()
  .max(100)
  .refine(
    ({ length }) => length === 0 || length >= MIN_SEARCH,
    `Must have at least ${MIN_SEARCH} characters`,
  )

export type Operator = 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte' | 'in'
/** A filter over something that is no plain column: it makes the condition itself. */
export type Condition = (
  eb: ExpressionBuilder<never, never>,
  values: string[],
  context: never,
) => Expression<SqlBool>

export interface Filter {
  type: z.ZodType
  column?: string
  condition?: Condition
}

/** The column behind a sort; where it may be empty, such rows come last in either order. */
export type Sort = string | { nullable: string }

export interface ListQuery {
  page: number
  limit: number
  sort: string
  order: 'asc' | 'desc'
  filter: Record<string, Partial<Record<Operator, unknown>>>
  search: string | undefined
  fields: string[] | undefined
}

/** What a list may be asked; whatever else is asked is refused. */
export function querySchema(
  filters: Record<string, Filter>,
  sorts: Record<string, Sort>,
  searchable: boolean,
) {
  const [first = 'createdAt'] = Object.keys(sorts)
  const tests = Object.entries(filters).map(([name, filter]) => [name, testsOf(filter)])
  return z.strictObject({
    page: z.coerce.number().int().min(1).default(1),
    limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(20),
    sort: z.enum(Object.keys(sorts)).default(first),
    order: z.enum(['asc', 'desc']).default('desc'),
    filter: z.strictObject(Object.fromEntries(tests)).default({}),
    ...(searchable && { search: SearchText.optional() }),
    fields: z
      .string()
      .transform((text) => text.split(','))
      .optional(),
  })
}

/** `filter[status]=active`, or `filter[createdAt][gte]=…&filter[createdAt][lt]=…`. */
function testsOf({ type: declared, condition }: Filter) {
  const type = z.preprocess<unknown, z.ZodType, string>(refuseEmpty, declared)
  const list = z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(type).min(1).max(100))
  const equal = type.transform((value: unknown) => ({ eq: value }))
  const one = type.optional()
  const tests = condition
    ? z.strictObject({ eq: one, ne: one, in: list.optional() })
    : z.strictObject({
        ...{ eq: one, ne: one, gt: one, gte: one, lt: one, lte: one },
        in: list.optional(),
      })
  return z.union([equal, tests]).optional()
}

/** An empty box would be the year 0, or no name at all, and find nothing in silence. */
function refuseEmpty(value: unknown, context: z.RefinementCtx): unknown {
  if (value !== '') return value
  context.addIssue({ code: 'custom', message: 'Must not be empty: leave the filter out' })
  return z.NEVER
}

/** `?fields=id,name`: keeps these of every item; a field that items do not have is refused. */
export function pickFields(items: unknown[], fields: string[], item: z.ZodType): unknown[] {
  const known = item instanceof z.ZodObject ? Object.keys(item.shape) : []
  const unknown = fields.filter((field) => !known.includes(field))
  if (unknown.length > 0) {
    throw problem('query_invalid', { fields: { fields: [`Unknown: ${unknown.join(', ')}`] } })
  }
  return items.map((row) =>
    Object.fromEntries(Object.entries(row as object).filter(([name]) => fields.includes(name))),
  )
}
