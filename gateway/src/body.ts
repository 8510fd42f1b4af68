import type { ErrorReason } from '@forecourt/contracts/errors'
import { problem } from '@forecourt/platform/problem'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Transform, type Readable } from 'node:stream'

const PLAIN_BYTES = 1_048_576
/** A file of 5 MB with its form around it. */
const FORM_BYTES = 6 * 1_048_576
/** How much of a refused body, and for how long, we still take in. */
const LINGER_BYTES = 32 * 1_048_576
const LINGER_MS = 10_000

export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

/** Throws `file_too_large` or `body_too_large` when the body says so itself. */
export function checkLength(headers: IncomingHttpHeaders): void {
  const { most, refusal } = limitOf(headers)
  if (Number(headers['content-length'] ?? 0) > most) throw problem(refusal)
}

/**
 * The body as a service gets it: as it arrives, but never more than its limit, whatever it said of
 * its length. When it ends early, the caller's connection stays, so that they can be told why.
 */
export function bounded(request: IncomingMessage): Readable {
  const { most, refusal } = limitOf(request.headers)
  let bytes = 0
  const body = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > most) done(problem(refusal))
      else done(null, chunk)
    },
  })
  // Whoever sends the body on learns of its end, and answers for it.
  body.on('error', () => undefined)
  request.once('close', () => {
    if (!request.complete) body.destroy(new Error('The caller went away.'))
  })
  return request.pipe(body)
}

/**
 * Lets pass what is still being sent and nobody reads, within bounds, and tells when it has. A
 * connection that is closed before would take the answer with it.
 */
export function letPass(request: IncomingMessage, done: () => void): void {
  let left = LINGER_BYTES
  const late = setTimeout(end, LINGER_MS)
  function end() {
    clearTimeout(late)
    request.off('data', count).off('end', end).off('close', end)
    done()
  }
  function count(chunk: Buffer) {
    left -= chunk.length
    if (left < 0) end()
  }
  request.unpipe()
  request.on('data', count).once('end', end).once('close', end).resume()
}

interface Limit {
  most: number
  refusal: ErrorReason
}

function limitOf(headers: IncomingHttpHeaders): Limit {
  const isForm = /^multipart\/form-data\b/i.test(headers['content-type'] ?? '')
  return isForm
    ? { most: FORM_BYTES, refusal: 'file_too_large' }
    : { most: PLAIN_BYTES, refusal: 'body_too_large' }
}
