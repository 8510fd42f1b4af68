import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import twilio from 'twilio'
import { expect, onTestFinished, test } from 'vitest'
import { Mailbox } from './mailbox.ts'
import type { PhoneMessage } from './message.ts'
import { openStatusReports } from './status-report.ts'
import { account, newFolder, openInbox, PUNE, SENDER, twilioOf } from './test-clients.ts'

type Report = { fields: Record<string, string>; signature: string; url: string }

/** A service that hears callbacks and gives these answers, then 204 for ever. */
async function openListener(answers: number[] = []): Promise<{ url: string; reports: Report[] }> {
  const reports: Report[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const fields = Object.fromEntries(new URLSearchParams(body))
      const signature = String(request.headers['x-twilio-signature'])
      reports.push({ fields, signature, url: `${base}${request.url}` })
      response.writeHead(answers.shift() ?? 204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `${base}/status?message=42&template=otp%20login`, reports }
}

async function openReports(retryAfterMs: number[]) {
  const mailbox = await Mailbox.open(await newFolder())
  const warnings: string[] = []
  const warn = (sentence: string) => void warnings.push(sentence)
  const reports = openStatusReports({ mailbox, account, warn }, retryAfterMs)
  onTestFinished(async () => {
    await reports.close()
    await mailbox.close()
  })
  return { mailbox, reports, warnings }
}

function messageTo(statusCallback: string): PhoneMessage {
  return {
    id: 'SM00000000000000000000000000000042',
    channel: 'sms',
    to: PUNE,
    from: SENDER,
    messagingServiceSid: null,
    text: 'Hello',
    template: null,
    statusCallback,
    status: 'queued',
    sentAt: new Date().toISOString(),
  }
}

test("the callback hears sent, then delivered, signed as Twilio's validator expects", async () => {
  const { httpUrl } = await openInbox()
  const { url, reports } = await openListener()

  const sent = await twilioOf(httpUrl).messages.create({
    to: `whatsapp:${PUNE}`,
    from: `whatsapp:${SENDER}`,
    body: 'Hello',
    statusCallback: url,
  })

  await expect.poll(() => reports.length).toBe(2)
  expect(reports.map(({ fields }) => fields['MessageStatus'])).toEqual(['sent', 'delivered'])
  for (const { fields, signature, url: called } of reports) {
    expect(called).toBe(url)
    expect(fields).toMatchObject({ MessageSid: sent.sid, To: `whatsapp:${PUNE}` })
    expect(twilio.validateRequest(account.authToken, signature, url, fields)).toBe(true)
    const forged = { ...fields, MessageStatus: 'failed' }
    expect(twilio.validateRequest(account.authToken, signature, url, forged)).toBe(false)
  }
  const look = () => twilioOf(httpUrl).messages(sent.sid).fetch()
  await expect.poll(look).toMatchObject({ status: 'delivered' })
})

test('a callback that fails is called again until it answers', async () => {
  const { url, reports: heard } = await openListener([503, 429])
  const { mailbox, reports, warnings } = await openReports([5, 5, 5])
  const message = await mailbox.keep(messageTo(url))

  reports.report(message as PhoneMessage)

  await expect.poll(() => heard.length).toBe(4)
  const statuses = heard.map(({ fields }) => fields['MessageStatus'])
  expect(statuses).toEqual(['sent', 'sent', 'sent', 'delivered'])
  expect(warnings).toEqual([])
})

test('a callback that never answers well is given up after a bounded number of tries', async () => {
  const { url, reports: heard } = await openListener(Array.from({ length: 20 }, () => 500))
  const { mailbox, reports, warnings } = await openReports([5, 5])
  const message = await mailbox.keep(messageTo(url))

  reports.report(message as PhoneMessage)

  await expect.poll(() => warnings.length).toBe(2)
  expect(heard).toHaveLength(6)
  expect(mailbox.get(message.id)).toMatchObject({ status: 'delivered' })
})

test('a callback that refuses the request is not called again for the same status', async () => {
  const { url, reports: heard } = await openListener([403, 403])
  const { mailbox, reports, warnings } = await openReports([5, 5])
  const message = await mailbox.keep(messageTo(url))

  reports.report(message as PhoneMessage)

  await expect.poll(() => warnings.length).toBe(2)
  expect(heard).toHaveLength(2)
})

test('a report that was under way when the inbox stopped is made on its next start', async () => {
  const { url, reports } = await openListener([503, 503])
  const folder = await newFolder()
  const first = await openInbox(folder)
  const body = { to: PUNE, from: SENDER, body: 'Hello', statusCallback: url }
  const sent = await twilioOf(first.httpUrl).messages.create(body)
  await expect.poll(() => reports.length).toBe(1)
  await first.close()
  const heardBefore = reports.length

  await openInbox(folder)

  await expect
    .poll(() => reports.slice(heardBefore).at(-1)?.fields)
    .toMatchObject({ MessageSid: sent.sid, MessageStatus: 'delivered' })
})
