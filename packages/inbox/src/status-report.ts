import { setTimeout as wait } from 'node:timers/promises'
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js'
import { Agent, request } from 'undici'
import type { Mailbox } from './mailbox.ts'
import { wireAddress, type PhoneMessage } from './message.ts'
import type { TwilioAccount } from './twilio-message.ts'

/** Pauses before each further try at one report; a service that restarts is back well within. */
const RETRY_AFTER_MS = [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000]
const ANSWER_WITHIN_MS = 10_000
const CONNECTIONS_PER_SERVICE = 8

export type StatusReports = {
  /** Moves a message through what is left of sent and delivered, telling its StatusCallback. */
  report(message: PhoneMessage): void
  /** Breaks off; what was not reported yet is on the next start. */
  close(): Promise<void>
}

type Answer = 'taken' | 'refused' | 'again'

type Rooms = { mailbox: Mailbox; account: TwilioAccount; warn: (sentence: string) => void }

export function openStatusReports(rooms: Rooms, retryAfterMs = RETRY_AFTER_MS): StatusReports {
  const { mailbox, account, warn } = rooms
  const agent = new Agent({ connections: CONNECTIONS_PER_SERVICE })
  const closing = new AbortController()
  const underWay = new Set<Promise<void>>()

  async function reportAll(message: PhoneMessage): Promise<void> {
    const left = (['sent', 'delivered'] as const).slice(message.status === 'queued' ? 0 : 1)
    for (const status of left) {
      mailbox.showStatus({ id: message.id, status })
      if (message.statusCallback !== null) await tell(message, message.statusCallback, status)
      // Written after it was told: a kill in between tells it again rather than never.
      await mailbox.recordStatus({ id: message.id, status })
    }
  }

  async function tell(message: PhoneMessage, url: string, status: string): Promise<void> {
    const fields = fieldsOf(message, status, account.accountSid)
    for (const pauseMs of [...retryAfterMs, undefined]) {
      const answer = await post(url, fields)
      if (answer === 'taken') return
      if (answer === 'refused' || pauseMs === undefined) {
        warn(`The status "${status}" of ${message.id} was not taken by its StatusCallback.`)
        return
      }
      await wait(pauseMs, undefined, { signal: closing.signal })
    }
  }

  async function post(url: string, fields: Record<string, string>): Promise<Answer> {
    try {
      const { statusCode, body } = await request(url, {
        ...signedForm(account.authToken, url, fields),
        dispatcher: agent,
        headersTimeout: ANSWER_WITHIN_MS,
        bodyTimeout: ANSWER_WITHIN_MS,
        signal: closing.signal,
      })
      await body.dump()
      if (statusCode < 300) return 'taken'
      return statusCode >= 500 || statusCode === 408 || statusCode === 429 ? 'again' : 'refused'
    } catch (error) {
      if (closing.signal.aborted) throw error
      return 'again'
    }
  }

  return {
    report(message) {
      const reporting = reportAll(message)
        .catch((error: unknown) => {
          if (!closing.signal.aborted) warn(`Reporting ${message.id} failed: ${String(error)}`)
        })
        .finally(() => underWay.delete(reporting))
      underWay.add(reporting)
    },
    async close() {
      closing.abort()
      await Promise.all(underWay)
      await agent.destroy()
    },
  }
}

function signedForm(authToken: string, url: string, fields: Record<string, string>) {
  return {
    method: 'POST' as const,
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'x-twilio-signature': getExpectedTwilioSignature(authToken, url, fields),
    },
    body: new URLSearchParams(fields).toString(),
  }
}

function fieldsOf(
  { id, channel, to, from, messagingServiceSid }: PhoneMessage,
  status: string,
  accountSid: string,
): Record<string, string> {
  return {
    AccountSid: accountSid,
    ApiVersion: '2010-04-01',
    MessageSid: id,
    MessageStatus: status,
    SmsSid: id,
    SmsStatus: status,
    To: wireAddress(channel, to),
    ...(from === null ? {} : { From: wireAddress(channel, from) }),
    ...(messagingServiceSid === null ? {} : { MessagingServiceSid: messagingServiceSid }),
    ...(channel === 'whatsapp' ? { ChannelPrefix: 'whatsapp', ChannelToAddress: to } : {}),
  }
}
