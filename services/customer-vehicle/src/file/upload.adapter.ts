import type { RawContext } from '@forecourt/platform/endpoint-raw'
import { problem } from '@forecourt/platform/problem'
import { seatsOf } from '@forecourt/platform/seats'
import { Busboy, type BusboyInstance } from '@fastify/busboy'
import { FilePurpose, MAX_UPLOAD_BYTES } from './file.ts'

type Stream = RawContext<never, never>['request']['raw']

/** Boundaries, headers and the purpose, around the file itself. */
const ENVELOPE_BYTES = 16_384
/** How much of a refused upload is still read, so that its sender gets to read the answer. */
const LINGER_BYTES = 2 * MAX_UPLOAD_BYTES
/** An upload is held in memory until it has been decoded. */
const receiving = seatsOf(64, 0)
const limits = {
  fileSize: MAX_UPLOAD_BYTES,
  files: 1,
  fields: 4,
  parts: 5,
  fieldSize: 100,
  headerPairs: 20,
}

export interface Upload {
  bytes: Buffer
  purpose: FilePurpose
}

/**
 * Reads a form of `file` and `purpose` from the request's stream. Its name and declared type are
 * not looked at. Throws `media_type_unsupported`, `file_missing`, `file_purpose_unknown`, and
 * `file_too_large` as soon as it is.
 */
export async function receiveUpload(stream: Stream): Promise<Upload> {
  const form = formOf(stream)
  try {
    if (Number(stream.headers['content-length'] ?? 0) > MAX_UPLOAD_BYTES + ENVELOPE_BYTES) {
      throw problem('file_too_large')
    }
    const { bytes, purpose } = await receiving.within(() => partsOf(stream, form))
    if (!bytes || bytes.length === 0) throw problem('file_missing')
    const known = FilePurpose.safeParse(purpose)
    if (!known.success) throw problem('file_purpose_unknown')
    return { bytes, purpose: known.data }
  } finally {
    stream.unpipe(form)
    drain(stream)
  }
}

function formOf(stream: Stream): BusboyInstance {
  const type = stream.headers['content-type'] ?? ''
  if (!/^multipart\/form-data\s*;/i.test(type)) throw problem('media_type_unsupported')
  try {
    return Busboy({ headers: { ...stream.headers, 'content-type': type }, limits })
  } catch (error) {
    throw problem('file_missing', {}, error)
  }
}

interface Parts {
  bytes?: Buffer
  purpose?: string
}

function partsOf(stream: Stream, form: BusboyInstance): Promise<Parts> {
  const { promise, resolve, reject } = Promise.withResolvers<Parts>()
  const parts: Parts = {}
  const broken = (error: unknown) => reject(problem('file_missing', {}, error))
  form.on('field', (name, value) => {
    if (name === 'purpose') parts.purpose = value
  })
  form.on('file', (name, file) => {
    file.on('error', broken)
    if (name !== 'file') return void file.resume()
    const chunks: Buffer[] = []
    file.on('limit', () => reject(problem('file_too_large')))
    file.on('data', (chunk: Buffer) => chunks.push(chunk))
    file.on('end', () => (parts.bytes = Buffer.concat(chunks)))
  })
  form.on('error', broken)
  form.on('finish', () => resolve(parts))
  stream.once('close', () => {
    if (!stream.complete) broken(new Error('The sender went away.'))
  })
  stream.pipe(form)
  return promise
}

/** What nobody reads any more is let through, but not without end. */
function drain(stream: Stream): void {
  let left = LINGER_BYTES
  stream.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) stream.destroy()
  })
  stream.resume()
}
