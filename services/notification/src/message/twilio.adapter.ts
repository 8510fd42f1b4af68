import type twilio from 'twilio'
import type { NotificationConfig, TwilioConfig } from '../config.ts'
import type { Letter, Outcome, Provider } from './provider.ts'

/** Of one recipient's newest messages so many are compared when a reply was lost. */
const COMPARED = 200
/** Twilio tells times in whole seconds, by its own clock. */
const CLOCKS_DIFFER_MS = 60_000

export interface Twilio {
  sms: Provider
  whatsapp: Provider
  isSigned(url: string, signature: string, form: Record<string, string>): boolean
}

/** Loads Twilio's client, which nothing but a running service needs. */
export async function openTwilio(settings: NotificationConfig & TwilioConfig): Promise<Twilio> {
  const { default: library } = await import('twilio')
  const { TWILIO_ACCOUNT_SID: sid, TWILIO_AUTH_TOKEN: token } = settings
  const httpClient = new library.RequestClient({ timeout: settings.PROVIDER_TIMEOUT_MS })
  carry(httpClient, settings.TWILIO_BASE_URL)
  const client = library(sid, token, { httpClient })
  const phone = settings.TWILIO_PHONE_NUMBER
  const whatsapp = settings.TWILIO_WHATSAPP_NUMBER ?? phone
  const callbackUrl = callbackUrlOf(settings)
  return {
    sms: messengerOf(client, { prefix: '', from: phone, callbackUrl }),
    whatsapp: messengerOf(client, { prefix: 'whatsapp:', from: whatsapp, callbackUrl }),
    isSigned: (url, signature, form) => library.validateRequest(token, signature, url, form),
  }
}

/** Where Twilio reports to; the signature of a report is made over this very text. */
export function callbackUrlOf({ NOTIFICATION_PUBLIC_URL }: NotificationConfig): string {
  return `${NOTIFICATION_PUBLIC_URL}/webhooks/twilio/status`
}

/** Requests go to another host when there is one; a full provider says when to come again. */
function carry(httpClient: twilio.RequestClient, baseUrl: string | undefined): void {
  const send = httpClient.request.bind(httpClient)
  httpClient.request = async (options) => {
    const { pathname, search } = new URL(options.uri)
    const uri = baseUrl ? `${baseUrl.replace(/\/+$/, '')}${pathname}${search}` : options.uri
    const answer = await send({ ...options, uri })
    const seconds = Number(headersOf(answer)['retry-after'])
    if ((answer.statusCode === 429 || answer.statusCode === 503) && seconds >= 0) {
      throw new ComeAgain(seconds * 1_000)
    }
    return answer
  }
}

function headersOf(answer: object): Record<string, string> {
  return 'headers' in answer ? (answer.headers as Record<string, string>) : {}
}

class ComeAgain extends Error {
  readonly retryAfterMs: number
  constructor(retryAfterMs: number) {
    super(`The provider takes nothing for ${retryAfterMs} ms.`)
    this.name = 'ComeAgain'
    this.retryAfterMs = retryAfterMs
  }
}

interface Line {
  prefix: '' | 'whatsapp:'
  from: string
  callbackUrl: string
}

function messengerOf(client: twilio.Twilio, { prefix, from, callbackUrl }: Line): Provider {
  return {
    async send(letter) {
      const { to, text, messageId, template } = letter
      const about = new URLSearchParams({ message: messageId, template }).toString()
      try {
        const { sid } = await client.messages.create({
          to: `${prefix}${to}`,
          from: `${prefix}${from}`,
          body: text,
          statusCallback: `${callbackUrl}?${about}`,
        })
        return { kind: 'taken', providerId: sid }
      } catch (error) {
        return outcomeOf(error)
      }
    },
    async find({ to, text }: Letter, since) {
      const earliest = Date.parse(since) - CLOCKS_DIFFER_MS
      // Not by the date of sending: what waits at Twilio has none yet.
      const sent = await client.messages
        .list({ to: `${prefix}${to}`, limit: COMPARED })
        .catch(() => null)
      if (sent === null) return null
      return sent
        .filter(({ body, dateCreated }) => body === text && dateCreated.getTime() >= earliest)
        .map(({ sid }) => sid)
    },
  }
}

const NOT_REACHED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

/** What a failed call to Twilio means for the message. */
export function outcomeOf(error: unknown): Outcome {
  if (error instanceof ComeAgain) {
    return { kind: 'busy', reason: 'provider_is_full', retryAfterMs: error.retryAfterMs }
  }
  const { status, code } = error as { status?: number; code?: number | string }
  if (status === undefined) {
    const reason = `provider_${String(code ?? 'unreachable').toLowerCase()}`
    return { kind: NOT_REACHED.has(String(code)) ? 'busy' : 'unknown', reason }
  }
  const reason = `twilio_${code ?? status}`
  // A gateway on the way may have given up after Twilio itself took the message.
  if (status === 502 || status === 504) return { kind: 'unknown', reason }
  // Our account, not the message, is at fault: it is repaired by people, and nothing may be lost.
  if (status >= 500 || [401, 403, 404, 408, 429].includes(status)) return { kind: 'busy', reason }
  return { kind: 'refused', reason }
}
