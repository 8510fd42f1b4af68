import pino, { type Logger } from 'pino'
import { isPersonal, isSecret, scrub, star } from './secrecy.ts'
import { activeSpan } from './trace.ts'

export type Log = Logger

/** Deeper than this nobody reads; and a circle ends somewhere. */
const DEPTH = 8

/** A logger whose lines give nobody away, however deep a value stands in what is logged. */
export function openLog(service: string, level: string, to?: { write(line: string): void }): Log {
  const options: pino.LoggerOptions = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: traceOf,
    formatters: {
      level: (label) => ({ level: label }),
      log: (line) => redacted(line, 0) as Record<string, unknown>,
    },
    hooks: {
      // An error that is logged alone would lend its own text to the line.
      logMethod([first, ...others], method) {
        const told = [first, ...others].map((part) =>
          typeof part === 'string' ? scrub(part) : part,
        )
        if (told[0] instanceof Error) told.splice(0, 1, { error: told[0] })
        method.apply(this, told as Parameters<typeof method>)
      },
    },
    serializers: { err: (value: unknown) => value },
  }
  return to ? pino(options, to) : pino(options)
}

/** Lines of one request, and of all that it set off in other services, are found by one id. */
function traceOf(): { traceId?: string } {
  const span = activeSpan()
  return span ? { traceId: span.traceId } : {}
}

function redacted(value: unknown, depth: number): unknown {
  if (value instanceof Error) return errorOf(value, depth)
  if (depth > DEPTH) return '[deep]'
  if (Array.isArray(value)) return value.map((entry) => redacted(entry, depth + 1))
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, redactedField(name, inner, depth)]),
  )
}

function redactedField(name: string, value: unknown, depth: number): unknown {
  if (value === null || value === undefined) return value
  // `code` is a one-time password, unless it is the kind of an error.
  const isKind = name === 'code' && typeof value === 'string' && !/^\d+$/.test(value)
  if (isSecret(name) && !isKind) return '[redacted]'
  if (isPersonal(name)) return typeof value === 'string' ? star(value) : '[redacted]'
  return redacted(value, depth + 1)
}

/** Only what is known to be harmless: drivers and clients hang parameters and bodies on errors. */
function errorOf(error: Error, depth: number): object {
  const { name, message, stack, cause } = error
  const { code, reason, constraint, table } = error as unknown as Record<string, unknown>
  return {
    type: name,
    message: scrub(message),
    stack: scrub(stack ?? ''),
    ...Object.fromEntries(
      Object.entries({ code, reason, constraint, table }).filter(([, told]) => told !== undefined),
    ),
    ...(cause !== undefined && depth < DEPTH && { cause: redacted(cause, depth + 1) }),
  }
}

/** Instances of classes are left to their serializers: a request has no end. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
