import { isDeepStrictEqual } from 'node:util'
import { branchesOf, type Schema } from './schema.ts'

/** Where the schemas lie that others refer to. */
export interface Api {
  components?: { schemas?: Record<string, Schema> }
}

/** What callers send may only be taken more widely, what they get only be said more narrowly. */
export type Way = 'asked' | 'answered'

interface Place {
  /** `lines[].amountMinor` */
  at: string
  way: Way
}

interface Both {
  released: Api
  current: Api
}

/** What a caller of `then` would stumble over in `now`; a schema within itself is walked once. */
export function shapeChanges(
  both: Both,
  then: Schema,
  now: Schema,
  place: Place,
  walked: ReadonlySet<string> = new Set(),
): string[] {
  const pair = `${String(then['$ref'])} ${String(now['$ref'])} ${place.way}`
  if (then['$ref'] && now['$ref'] && walked.has(pair)) return []
  const further = new Set([...walked, pair])
  const were = kindsOf(then, both.released)
  const are = kindsOf(now, both.current)
  const [was, is] = [were[0], are[0]]
  if (was && is && were.length === 1 && are.length === 1) {
    return kindChanges(both, was, is, place, further)
  }
  const [needed, offered] = place.way === 'asked' ? [were, are] : [are, were]
  return needed.flatMap((one) => {
    const near = offered.filter((other) => isDeepStrictEqual(one.type, other.type))
    const changes = near.map((other) => {
      const [old, today] = place.way === 'asked' ? [one, other] : [other, one]
      return kindChanges(both, old, today, place, further)
    })
    if (changes.some((found) => found.length === 0)) return []
    const [only] = changes
    if (only && changes.length === 1) return only
    const verb = place.way === 'asked' ? 'may no longer' : 'may now'
    return [`${named(place.at)} ${verb} be ${String(one.type ?? 'something else')}`]
  })
}

/** The kinds of value that a schema allows, each of one type. */
function kindsOf(schema: Schema, api: Api): Schema[] {
  const { $ref } = schema
  if (typeof $ref === 'string') {
    const name = $ref.slice('#/components/schemas/'.length)
    return kindsOf(api.components?.schemas?.[name] ?? {}, api)
  }
  const branches = branchesOf(schema)
  if (branches.length > 0) return branches.flatMap((branch) => kindsOf(branch, api))
  if (Array.isArray(schema.type)) return schema.type.map((type) => ({ ...schema, type }))
  return [schema]
}

function kindChanges(
  both: Both,
  then: Schema,
  now: Schema,
  place: Place,
  walked: ReadonlySet<string>,
): string[] {
  const { at, way } = place
  if (!isDeepStrictEqual(then.type, now.type)) {
    const says = (type: Schema['type']) => String(type ?? 'anything')
    if (way === 'asked' && now.type === undefined) return []
    return [`${named(at)} was ${says(then.type)} and is ${says(now.type)}`]
  }
  const items = then.items && now.items
  return [
    ...valueChanges(then, now, at, way),
    ...fieldChanges(both, then, now, place, walked),
    ...(items ? shapeChanges(both, then.items ?? {}, items, { at: `${at}[]`, way }, walked) : []),
  ]
}

const LEAST = ['minimum', 'minLength', 'minItems']
const MOST = ['maximum', 'maxLength', 'maxItems']

/** An answer may give more values than before; a body must still be taken with all of them. */
function valueChanges(then: Schema, now: Schema, at: string, way: Way): string[] {
  if (way === 'answered') {
    const lost = then.format !== undefined && then.format !== now.format
    return lost ? [`${named(at)} is no longer ${then.format}`] : []
  }
  const number = (schema: Schema, keyword: string, otherwise: number) =>
    typeof schema[keyword] === 'number' ? schema[keyword] : otherwise
  const narrowed = [
    ...LEAST.filter((word) => number(now, word, -Infinity) > number(then, word, -Infinity)),
    ...MOST.filter((word) => number(now, word, Infinity) < number(then, word, Infinity)),
    ...['format', 'pattern', 'const'].filter(
      (word) => now[word] !== undefined && !isDeepStrictEqual(now[word], then[word]),
    ),
  ]
  const [had, has] = [then['enum'], now['enum']]
  const lost = Array.isArray(has)
    ? (Array.isArray(had) ? had : ['anything']).filter((value) => !has.includes(value))
    : []
  return [
    ...narrowed.map((word) => `${named(at)} is taken more narrowly by its ${word}`),
    ...(lost.length > 0 ? [`${named(at)} may no longer be ${lost.join(', ')}`] : []),
  ]
}

function fieldChanges(
  both: Both,
  then: Schema,
  now: Schema,
  { at, way }: Place,
  walked: ReadonlySet<string>,
): string[] {
  const needs = (schema: Schema, name: string) => schema.required?.includes(name) ?? false
  const within = (name: string) => (at === '' ? name : `${at}.${name}`)
  const [known, today] = [then.properties ?? {}, now.properties ?? {}]
  const verb = way === 'asked' ? 'taken' : 'answered'
  const kept = Object.entries(known).flatMap(([name, field]) => {
    const place = within(name)
    const still = today[name]
    if (!still) return [`\`${place}\` is no longer ${verb}`]
    const [was, is] = [needs(then, name), needs(now, name)]
    return [
      ...(way === 'asked' && is && !was ? [`\`${place}\` was optional and is required`] : []),
      ...(way === 'answered' && was && !is ? [`\`${place}\` is not always answered`] : []),
      ...shapeChanges(both, field, still, { at: place, way }, walked),
    ]
  })
  const demanded = Object.keys(today).filter((name) => !(name in known) && needs(now, name))
  return [
    ...kept,
    ...(way === 'asked' ? demanded.map((name) => `\`${within(name)}\` is new and required`) : []),
  ]
}

function named(at: string): string {
  return at === '' ? 'the whole' : `\`${at}\``
}
