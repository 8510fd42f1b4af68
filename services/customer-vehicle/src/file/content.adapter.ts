import type { Readable } from 'node:stream'
import type { RawContext } from '@forecourt/platform/endpoint-raw'
import type { FileRow } from './file.ts'

/** A file's bytes never change, so its id is its entity tag. */
const FRESH_S = 300

type Exchange = Pick<RawContext<never, never>, 'request' | 'reply'>

/**
 * Sends a file as something to keep, not to run: a browser neither guesses its type nor opens it
 * as a page. Its holder may keep it for five minutes; caches between must not.
 */
export async function sendContent(
  { request, reply }: Exchange,
  file: FileRow,
  open: () => Promise<Readable>,
) {
  const etag = `"${file.id}"`
  const extension = file.contentType === 'application/pdf' ? 'pdf' : 'webp'
  void reply.headers({
    'content-disposition': `attachment; filename="${file.purpose}-${file.id}.${extension}"`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    // A front end of another site shows it, by a token or a signed link: these guard the bytes.
    'cross-origin-resource-policy': 'cross-origin',
    'cache-control': `private, max-age=${FRESH_S}`,
    etag,
  })
  if (request.headers['if-none-match'] === etag) return reply.code(304).send()
  void reply.headers({ 'content-type': file.contentType, 'content-length': file.bytes })
  return reply.send(await open())
}
