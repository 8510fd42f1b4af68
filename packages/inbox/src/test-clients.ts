import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTransport, type Transporter } from 'nodemailer'
import twilio from 'twilio'
import { onTestFinished } from 'vitest'
import type { MessageView } from './message.ts'
import { startInbox, type Inbox } from './server.ts'

export const account = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'a-token-of-tests' }
export const PUNE = '+919820012345'
export const MUMBAI = '+919820054321'
export const SENDER = '+15005550006'

const PATIENCE_MS = 15_000

/** The real client, whose requests go to another host. */
export function twilioOf(
  baseUrl: string,
  { authToken = account.authToken, timeoutMs = PATIENCE_MS } = {},
): twilio.Twilio {
  const httpClient = new twilio.RequestClient({ timeout: timeoutMs })
  const send = httpClient.request.bind(httpClient)
  httpClient.request = async (options) => {
    const { pathname, search } = new URL(options.uri)
    return send({ ...options, uri: `${baseUrl}${pathname}${search}` })
  }
  return twilio(account.accountSid, authToken, { httpClient })
}

export function mailerOf(port: number, timeoutMs = PATIENCE_MS): Transporter {
  const mailer = createTransport({
    host: '127.0.0.1',
    port,
    auth: { user: 'forecourt', pass: 'any' },
    socketTimeout: timeoutMs,
  })
  onTestFinished(() => mailer.close())
  return mailer
}

export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'inbox-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

export async function openInbox(dataDir?: string): Promise<Inbox> {
  const inbox = await startInbox({ dataDir: dataDir ?? (await newFolder()), ...account })
  onTestFinished(() => inbox.close())
  return inbox
}

export async function read(httpUrl: string, query = ''): Promise<MessageView[]> {
  const answer = await fetch(`${httpUrl}/messages${query}`)
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
  return (await answer.json()) as MessageView[]
}

export async function orderFault(httpUrl: string, fault: object): Promise<Response> {
  return fetch(`${httpUrl}/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  })
}
