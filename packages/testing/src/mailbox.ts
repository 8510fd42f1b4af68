import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MessageView } from '@forecourt/inbox/message'
import { startInbox } from '@forecourt/inbox/server'
import { eventually } from './eventually.ts'

const account = { accountSid: `AC${'1'.repeat(32)}`, authToken: 'a-token-of-tests' }

export interface LocalMailbox {
  /** What a service must be told to send here. */
  env: Record<string, string>
  /** Everything that was accepted, newest first; for one recipient when `to` is given. */
  messages(to?: string): Promise<MessageView[]>
  /** Waits until one recipient has `count` messages. */
  arrived(to: string, count: number, withinMs?: number): Promise<MessageView[]>
  /** Orders what goes wrong with the next requests. */
  disturb(fault: { channel?: string; mode: string; count?: number; on?: string }): Promise<void>
  calm(): Promise<void>
  close(): Promise<void>
}

/** Twilio and a mail server on this machine, with their faults, for one test file. */
export async function openMailbox(): Promise<LocalMailbox> {
  const dataDir = await mkdtemp(join(tmpdir(), 'mailbox-'))
  const inbox = await startInbox({ dataDir, ...account, warn: () => undefined })
  const faults = new URL('/faults', inbox.httpUrl)

  async function messages(to?: string): Promise<MessageView[]> {
    const url = new URL('/messages', inbox.httpUrl)
    url.searchParams.set('limit', '200')
    if (to) url.searchParams.set('to', to)
    return (await (await fetch(url)).json()) as MessageView[]
  }

  return {
    env: {
      TWILIO_ACCOUNT_SID: account.accountSid,
      TWILIO_AUTH_TOKEN: account.authToken,
      TWILIO_PHONE_NUMBER: '+15005550006',
      TWILIO_BASE_URL: inbox.httpUrl,
      EMAIL_HOST: '127.0.0.1',
      EMAIL_PORT: String(inbox.smtpPort),
      EMAIL_FROM: 'noreply@forecourt.example',
    },
    messages,
    arrived: (to, count, withinMs) =>
      eventually(
        `${count} messages to ${to}`,
        async () => {
          const found = await messages(to)
          return found.length >= count && found
        },
        withinMs,
      ),
    async disturb(fault) {
      const body = JSON.stringify(fault)
      const headers = { 'content-type': 'application/json' }
      const { status } = await fetch(faults, { method: 'POST', headers, body })
      if (status !== 201) throw new Error(`The mailbox refused the fault: ${status}`)
    },
    async calm() {
      await fetch(faults, { method: 'DELETE' })
    },
    async close() {
      await inbox.close()
      await rm(dataDir, { recursive: true })
    },
  }
}
