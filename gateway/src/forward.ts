import { problem, Problem } from '@forecourt/platform/problem'
import type { Span } from '@forecourt/platform/trace'
import { endWith } from '@forecourt/platform/trace-http'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { bounded, hasBody } from './body.ts'
import { encoderFor } from './compress.ts'
import { responseHeaders, type ResponseHeaders } from './headers.ts'
import { isOverloaded, type Upstream } from './upstream.ts'

const RETRY_AFTER_S = 2
const RETRY_MS = 100

/** What is carried to a service, and how its answer comes back. */
export interface Errand {
  upstream: Upstream
  /** Path and query as the service gets them. */
  target: string
  headers: string[]
  /** The span of this errand, while tracing is on. */
  call?: Span | undefined
  /** Headers of every answer, under those of the service. */
  base: Readonly<ResponseHeaders>
  /** Headers that the service does not decide. */
  fixed: ResponseHeaders
  /** Tells the caller why there is no answer of the service. */
  refuse: (refused: Problem) => void
}

/**
 * Carries a request to a service and its answer back, both as they come, without holding more of
 * either than the slower side makes wait. When one side goes away, the other is told at once.
 */
export function forward(request: IncomingMessage, response: ServerResponse, errand: Errand): void {
  if (isOverloaded(errand.upstream)) {
    errand.refuse(problem('service_unavailable', { retryAfterS: RETRY_AFTER_S }))
    return
  }
  new Passage(request, response, errand).begin()
}

class Passage implements Dispatcher.DispatchHandler {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #errand: Errand
  #controller: Dispatcher.DispatchController | undefined
  #out: Writable | undefined
  #status = 0
  /** Bytes of the answer as it leaves, NaN when nobody knows yet. */
  #length = Number.NaN
  #isRetried = false

  constructor(request: IncomingMessage, response: ServerResponse, errand: Errand) {
    this.#request = request
    this.#response = response
    this.#errand = errand
  }

  begin(): void {
    this.#errand.upstream.inFlight += 1
    this.#response.once('close', () => {
      this.#errand.upstream.inFlight -= 1
      if (!this.#response.writableFinished) this.#controller?.abort(new CallerGone())
    })
    this.#dispatch()
  }

  #dispatch(): void {
    const { upstream, target, headers } = this.#errand
    const request = this.#request
    upstream.pool.dispatch(
      {
        method: request.method ?? 'GET',
        path: target,
        headers,
        body: hasBody(request) ? bounded(request) : null,
      },
      this,
    )
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#response.destroyed) controller.abort(new CallerGone())
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    upstream: IncomingHttpHeaders,
  ): void {
    if (status < 200) return
    this.#status = status
    const { base, fixed } = this.#errand
    const headers = Object.assign(responseHeaders(base, upstream), fixed)
    const acceptEncoding = this.#request.headers['accept-encoding']
    const asked = { method: this.#request.method ?? 'GET', acceptEncoding }
    const encoder = encoderFor(asked, status, headers)
    this.#out = this.#response
    if (encoder) {
      this.#out = encoder
      encoder.on('error', () => this.#response.destroy())
      encoder.pipe(this.#response)
      this.#response.once('close', () => encoder.destroy())
    }
    this.#response.writeHead(status, headers)
    this.#length = Number(headers['content-length'])
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const out = this.#out
    if (!out) return
    // Most answers come in one piece, and leave in one.
    if (chunk.length === this.#length) {
      out.end(chunk)
      return
    }
    if (out.write(chunk)) return
    controller.pause()
    out.once('drain', () => controller.resume())
  }

  onResponseEnd(): void {
    const { call } = this.#errand
    if (call) endWith(call, this.#status)
    if (this.#out?.writableEnded === false) this.#out.end()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const response = this.#response
    if (!response.headersSent && !response.destroyed && this.#mayRetry(error)) {
      this.#isRetried = true
      setTimeout(() => this.#dispatch(), RETRY_MS)
      return
    }
    this.#errand.call?.end(error)
    if (error instanceof CallerGone || response.destroyed) return
    // The caller must not take half an answer for a whole one.
    if (response.headersSent) response.destroy()
    else this.#errand.refuse(problemOf(error))
  }

  /** A refused connection carried nothing, so a reading request loses nothing by asking again. */
  #mayRetry(error: Error): boolean {
    const isReading = this.#request.method === 'GET' && !hasBody(this.#request)
    return !this.#isRetried && isReading && 'code' in error && error.code === 'ECONNREFUSED'
  }
}

class CallerGone extends Error {}

function problemOf(error: Error): Problem {
  if (error instanceof Problem) return error
  return problem('service_unavailable', { retryAfterS: RETRY_AFTER_S }, error)
}
