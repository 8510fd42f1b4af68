import type { Answer } from './journal.ts'

const ANSWER_MS = 12_000

export interface Ask {
  /** `PUT /customers/:id`: what the audit log calls it. */
  endpoint: string
  /** The address itself, where the endpoint has a parameter. */
  path?: string
  body?: object | Uint8Array
  token?: string
  headers?: Record<string, string>
  /** False for what is never stored, because its answer is secret: then no key is sent. */
  keyed?: boolean
}

/** One try; undefined when there was no answer, or half of one. */
export async function askOnce(
  url: string,
  { endpoint, path, body, token, headers }: Ask,
  from: { address: string; key?: string | undefined },
): Promise<Answer | undefined> {
  const [method = '', declared = ''] = endpoint.split(' ')
  const isBytes = body instanceof Uint8Array
  try {
    const response = await fetch(`${url}/api/v1${path ?? declared}`, {
      method,
      signal: AbortSignal.timeout(ANSWER_MS),
      headers: {
        'x-forwarded-for': from.address,
        ...(body && !isBytes && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
        ...(from.key && { 'idempotency-key': from.key }),
        ...headers,
      },
      ...(body && { body: isBytes ? new Uint8Array(body) : JSON.stringify(body) }),
    })
    return answerOf(response.status, await response.text())
  } catch {
    return undefined
  }
}

function answerOf(status: number, text: string): Answer | undefined {
  if (text === '') return undefined
  const { data, error, meta } = JSON.parse(text) as {
    data?: unknown
    error?: { reason: string }
    meta?: { requestId: string }
  }
  return { status, reason: error?.reason, data: data ?? null, requestId: meta?.requestId ?? '' }
}

/**
 * Whether an answer says what became of the command: not that something is away, and not that one
 * waits for the end of what an unanswered try has begun.
 */
export function isSettled({ status, reason }: Answer, isRepeated: boolean): boolean {
  if (status >= 500 || reason === 'too_many_requests') return false
  return !(isRepeated && reason === 'otp_cooldown')
}

/** Asks the inbox, as a person looks at a phone; nothing while its door is closed. */
export async function lookAtPhone<Message>(url: string, to: string): Promise<Message[]> {
  const page = `${url}/dev/inbox/messages?limit=50&to=${encodeURIComponent(to)}`
  try {
    const answer = await fetch(page, { signal: AbortSignal.timeout(ANSWER_MS) })
    return answer.ok ? ((await answer.json()) as Message[]) : []
  } catch {
    return []
  }
}
