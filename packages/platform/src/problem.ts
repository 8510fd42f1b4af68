import { errors, type ErrorReason } from '@forecourt/contracts/errors'

/** field → messages, as the forms show them. */
export type FieldMessages = Record<string, string[]>

export interface ProblemDetails {
  /** Fills the `{name}` places of the reason's text. */
  [name: string]: unknown
  fields?: FieldMessages
  retryAfterS?: number
}

/** A rule of the house was broken; the road turns it into the error envelope. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly reason: ErrorReason
  readonly details: ProblemDetails
  /** The id of what was meant, for the audit line alone: the caller is not told. */
  subject: string | undefined
  constructor(reason: ErrorReason, details: ProblemDetails, cause?: unknown) {
    super(textOf(reason, details), { cause })
    this.reason = reason
    this.details = details
  }
  get status(): number {
    return errors[this.reason].status
  }
  get code(): string {
    return errors[this.reason].code
  }
  /** `throw problem('credentials_wrong').concerning(account?.id)` */
  concerning(subject: string | undefined): this {
    this.subject = subject
    return this
  }
}

/** `throw problem('vehicle_already_registered', { plates: 'MH12AB1234' })` */
export function problem(
  reason: ErrorReason,
  details: ProblemDetails = {},
  cause?: unknown,
): Problem {
  return new Problem(reason, details, cause)
}

/** A 422 for one field of the body. */
export function fieldProblem(field: string, message: string): Problem {
  return problem('body_invalid', { fields: { [field]: [message] } })
}

function textOf(reason: ErrorReason, details: ProblemDetails): string {
  return errors[reason].text.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name]))
}

/** Connections that broke, Postgres going down or full, and a server that only reads. */
const OUTAGE_CODE =
  /^(ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|E\w+UNREACH|08...|53...|57P..|25P03|25006)$/

const OUTAGE_TEXT = new RegExp(
  [
    'Connection terminated',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error',
    'Client was closed',
    'max retries per request',
    'Connection is closed',
    'Command timed out',
    "Stream isn't writeable",
    'read ECONNRESET',
    'the database system is',
  ].join('|'),
  'i',
)

/** Postgres, Redis or the broker is away: nobody's fault, worth a repetition. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return OUTAGE_CODE.test(codeOf(error)) || OUTAGE_TEXT.test(error.message) || isOutage(error.cause)
}

/** Two transactions met, or a table changed under a prepared statement: simply repeat it. */
export function isContention(error: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(error)) || isStalePlan(error)
}

/** A statement that this connection prepared before a migration changed what it answers. */
export function isStalePlan(error: unknown): boolean {
  return codeOf(error) === '0A000' && /cached plan/.test((error as Error).message)
}

/** A text that Postgres cannot hold can only have come from outside: NUL, or half a character. */
function isUnstorable(error: unknown): boolean {
  return ['22021', '22P05'].includes(codeOf(error))
}

/** No number of ours comes near the end of a column: a product of what was asked for did. */
function isOutOfRange(error: unknown): boolean {
  return codeOf(error) === '22003'
}

/** It waited for a lock, or worked, for as long as a statement may last. */
function isTooSlow(error: unknown): boolean {
  return ['57014', '55P03'].includes(codeOf(error))
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** Whatever was thrown, as the problem that the caller is told. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (isUnstorable(error)) return problem('body_invalid', {}, error)
  if (isOutOfRange(error)) return problem('number_out_of_range', {}, error)
  if (isOutage(error) || isContention(error) || isTooSlow(error)) {
    return problem('service_unavailable', { retryAfterS: 2 }, error)
  }
  return problem('server_failed', {}, error)
}
