import type { z } from 'zod'

type Issue = z.core.$ZodRawIssue

const kinds: Record<string, string> = {
  string: 'Must be text',
  number: 'Must be a number',
  int: 'Must be a whole number',
  boolean: 'Must be true or false',
  array: 'Must be a list',
  object: 'Must be a group of fields',
  record: 'Must be a group of fields',
  null: 'Can only be null',
}

const formats: Record<string, string> = {
  uuid: 'Must be an id',
  email: 'Must look like name@example.com',
  url: 'Must be an address such as https://example.com',
  date: 'Must be a day such as 2026-01-31',
  datetime: 'Must be a moment such as 2026-01-31T09:30:00Z',
}

/** What a person is told of a fault whose schema has no words of its own for it. */
export function wordingOf(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'This field is required' : kinds[issue.expected]
    case 'invalid_format':
      return formats[issue.format]
    case 'invalid_value':
      if (issue['expected'] === 'stringbool') return kinds['boolean']
      return `Must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.join(', ')}`
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'Must not be empty'
      return `Must ${bound(issue.origin, 'least', issue.minimum)}`
    case 'too_big':
      return `Must ${bound(issue.origin, 'most', issue.maximum)}`
    case 'unrecognized_keys':
      return 'This is not known here'
    default:
      return undefined
  }
}

function bound(origin: string, side: 'least' | 'most', limit: number | bigint): string {
  if (origin === 'string') return `have at ${side} ${limit} characters`
  if (origin === 'array') return `have at ${side} ${limit} entries`
  return `be at ${side} ${limit}`
}
