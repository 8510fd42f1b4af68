import type { Signature } from '@forecourt/platform/endpoint'
import type { Person } from './people.ts'
import { tokenOf } from './tokens.ts'

export interface Asked {
  as?: Person
  token?: string
  body?: unknown
  query?: Record<string, string>
  headers?: Record<string, string>
}

/** What most answers are; a test that looks deeper names the shape it expects. */
export interface Thing {
  id: string
  version: number
  [field: string]: unknown
}

/** An answer, with its envelope taken apart. */
export interface Answered<Data> {
  status: number
  headers: Headers
  /** The whole envelope. */
  body: Envelope
  data: Data
  text: string
}

export interface Envelope {
  success: boolean
  message: string
  status: number
  data?: unknown
  error?: { code: string; reason: string; message: string; details?: Record<string, unknown> }
  errors?: Record<string, string[]>
  pagination?: { page: number; limit: number; total: number; totalPages: number }
  meta: { timestamp: string; requestId: string }
}

export type Call = <Data = Thing>(signature: Signature, asked?: Asked) => Promise<Answered<Data>>

/** A client of the service, over real HTTP. */
export function caller(baseUrl: string): Call {
  return async <Data>(signature: Signature, { as, token, body, query, headers }: Asked = {}) => {
    const [method, path] = signature.split(' ') as [string, string]
    const url = new URL(path, baseUrl)
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value)
    const bearer = token ?? (as && tokenOf(as))
    const isStream = body instanceof FormData || body instanceof Uint8Array
    const response = await fetch(url, {
      method,
      headers: {
        ...(body !== undefined && !isStream && { 'content-type': 'application/json' }),
        ...(bearer && { authorization: `Bearer ${bearer}` }),
        ...headers,
      },
      ...(body !== undefined && { body: isStream ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    const envelope = (isJson ? JSON.parse(text) : {}) as Envelope
    return {
      status: response.status,
      headers: response.headers,
      body: envelope,
      data: envelope.data as Data,
      text,
    }
  }
}
