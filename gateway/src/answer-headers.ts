import { securityHeaders, type ResponseHeaders } from './headers.ts'

const PREFLIGHT: ResponseHeaders = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'access-control-max-age': '7200',
  'content-length': '0',
}
const EXPOSED = 'x-request-id, etag, retry-after, content-disposition'

export interface AnswerHeaders {
  /** What every answer has that goes to a page of this origin, or to no page. */
  for(origin: string | undefined): Readonly<ResponseHeaders>
  /** What a browser is told that asks whether it may ask. */
  preflight(origin: string | undefined, wanted: string | undefined): ResponseHeaders
}

/**
 * The headers of every answer: those that protect a browser, and for pages of the listed origins
 * the permission to read it. They differ by origin alone, so they are made once for each.
 */
export function answerHeaders(origins: string[]): AnswerHeaders {
  const toAll: ResponseHeaders = { ...securityHeaders(), vary: 'origin' }
  const byOrigin = new Map(
    origins.map((origin) => [
      origin,
      {
        ...toAll,
        'access-control-allow-origin': origin,
        'access-control-expose-headers': EXPOSED,
      } satisfies ResponseHeaders,
    ]),
  )
  const headersFor = (origin: string | undefined) =>
    (origin === undefined ? undefined : byOrigin.get(origin)) ?? toAll
  return {
    for: headersFor,
    preflight(origin, wanted) {
      const headers = headersFor(origin)
      // A page that may not read the answer is not helped along.
      if (headers === toAll) return { ...toAll, 'content-length': '0' }
      return { ...headers, ...PREFLIGHT, 'access-control-allow-headers': wanted }
    },
  }
}
