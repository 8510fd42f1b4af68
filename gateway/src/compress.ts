import { constants, createBrotliCompress, createGzip } from 'node:zlib'
import type { Transform } from 'node:stream'
import { joined, type ResponseHeaders } from './headers.ts'

const SMALL_BYTES = 1_024
/** Best for what is compressed while somebody waits; the window bounds the memory of each. */
export const BROTLI = {
  params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 18 },
}
export const GZIP = { level: 6 }
const TEXTUAL =
  /^(?:text\/(?!event-stream)|application\/(?:[\w.-]+\+)?(?:json|xml|javascript|yaml)\b|image\/svg)/
const UNCHANGED_STATUS = new Set([204, 206, 304])

type Coding = 'br' | 'gzip'

/**
 * The encoder of an answer, with its headers changed to match, or undefined when it travels as it
 * is: small, compressed already, not text, or wanted otherwise by the caller.
 */
export function encoderFor(
  asked: { method: string; acceptEncoding: string | undefined },
  status: number,
  headers: ResponseHeaders,
): Transform | undefined {
  if (!isWorthIt(status, headers)) return undefined
  headers['vary'] = joined(headers['vary'], 'accept-encoding')
  const coding = codingFor(asked.acceptEncoding)
  if (!coding || asked.method === 'HEAD') return undefined
  headers['content-encoding'] = coding
  // An ETag stays: ours are versions of a thing, which `If-Match` must meet in any encoding.
  delete headers['content-length']
  delete headers['accept-ranges']
  return coding === 'br' ? createBrotliCompress(BROTLI) : createGzip(GZIP)
}

function isWorthIt(status: number, headers: ResponseHeaders): boolean {
  const length = headers['content-length']
  if (length !== undefined && Number(length) <= SMALL_BYTES) return false
  if (UNCHANGED_STATUS.has(status) || headers['content-encoding'] !== undefined) return false
  if (String(headers['cache-control'] ?? '').includes('no-transform')) return false
  return TEXTUAL.test(String(headers['content-type'] ?? ''))
}

/** Brotli if the caller takes it, else gzip, else nothing. */
export function codingFor(acceptEncoding: string | undefined): Coding | undefined {
  if (!acceptEncoding) return undefined
  const refused = new Set<string>()
  const taken = new Set<string>()
  for (const part of acceptEncoding.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim())
    const isRefused = parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter))
    ;(isRefused ? refused : taken).add(name)
  }
  const isTaken = (coding: Coding) => taken.has(coding) || (taken.has('*') && !refused.has(coding))
  return (['br', 'gzip'] as const).find(isTaken)
}
