import { problem, type Problem } from './problem.ts'

/** Escapes of what no text in Postgres can hold: NUL, and one half of a surrogate pair. */
const ESCAPES =
  /(?<!\\)(?:\\\\)*\\u(?:0000|d[89ab][\da-f]{2}(?!\\ud[c-f])|(?<!\\ud[89ab][\da-f]{2}\\u)d[c-f])/i
const MESSAGE = 'Must not contain characters that are no text'
/** Deeper than any body of ours; further down a fault is told of the whole. */
const DEEPEST = 10

/** Whether a JSON text may hold what cannot be kept; `unstorable` says where. */
export function isSuspect(json: string): boolean {
  return ESCAPES.test(json)
}

/** The refusal of a body that holds a text which cannot be kept, under the field's dotted path. */
export function unstorable(body: unknown): Problem {
  const path = faultyPath(body, [])?.join('.') || 'body'
  return problem('body_invalid', { fields: { [path]: [MESSAGE] } })
}

function faultyPath(value: unknown, path: string[]): string[] | undefined {
  if (typeof value === 'string') return isFaulty(value) ? path : undefined
  if (typeof value !== 'object' || value === null || path.length === DEEPEST) return undefined
  for (const [name, inner] of Object.entries(value)) {
    const found = isFaulty(name) ? path : faultyPath(inner, [...path, name])
    if (found) return found
  }
  return undefined
}

function isFaulty(text: string): boolean {
  return text.includes('\0') || !text.isWellFormed()
}
