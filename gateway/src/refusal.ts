import { failureText } from '@forecourt/platform/envelope'
import { problem, type Problem } from '@forecourt/platform/problem'
import { randomUUID } from 'node:crypto'
import { STATUS_CODES, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { hasBody, letPass } from './body.ts'
import type { ResponseHeaders } from './headers.ts'

/** Tells a problem in our envelope on a connection that Fastify no longer answers. */
export function answerProblem(
  response: ServerResponse,
  refused: Problem,
  requestId: string,
  headers: Readonly<ResponseHeaders>,
  errors?: 'list',
): void {
  if (response.destroyed || response.headersSent) return
  const { body, headers: own } = refusalOf(refused, requestId, errors)
  response.writeHead(refused.status, { ...headers, ...own, 'x-request-id': requestId })
  const { req: request, shouldKeepAlive } = response
  if (request.method !== 'HEAD') response.write(body)
  if (shouldKeepAlive || request.complete || !hasBody(request)) response.end()
  else letPass(request, () => response.end())
}

export function refusalOf(refused: Problem, requestId: string, errors?: 'list') {
  const body = failureText(refused, requestId, errors)
  const { retryAfterS } = refused.details
  const headers: Record<string, string> = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    ...(retryAfterS !== undefined && { 'retry-after': String(retryAfterS) }),
  }
  return { body, headers }
}

/** What cannot even be read as HTTP is refused on the bare socket. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy()
    return
  }
  const isLong = error.code === 'HPE_HEADER_OVERFLOW'
  const refused = problem(isLong ? 'headers_too_large' : 'request_unreadable')
  const { body, headers } = refusalOf(refused, randomUUID())
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const head = [`HTTP/1.1 ${refused.status} ${STATUS_CODES[refused.status]}`, ...lines]
  socket.end(`${head.join('\r\n')}\r\nconnection: close\r\n\r\n${body}`)
}
