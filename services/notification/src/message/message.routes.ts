import { Moment } from '@forecourt/platform/moment'
import { problem } from '@forecourt/platform/problem'
import { z } from 'zod'
import { endpoint, type Means } from '../db.ts'
import { maskRecipient, Message, statusReported, Status } from './message.ts'
import { placeOf, recordReport, type Report } from './message.queries.ts'
import { channels } from './provider.ts'
import { callbackUrlOf } from './twilio.adapter.ts'

export const listMessages = endpoint.list('GET /notifications/messages', {
  about: 'List the messages that were sent to customers, or wait to be.',
  may: 'message.read',
  item: Message,
  filters: {
    channel: { type: z.enum(channels) },
    status: { type: Status },
    template: { type: z.string() },
    customerId: { type: z.uuid() },
    createdAt: { type: Moment },
  },
  sorts: { createdAt: 'created_at' },
  from: ({ db }) => db.selectFrom('message').selectAll(),
  row: ({ recipient, ...message }, { personal }) => {
    const opened = personal.open(recipient, placeOf('recipient', message.id))
    return { ...message, recipient: maskRecipient(message.channel, opened) }
  },
})

export const hearTwilio = endpoint.raw('POST /webhooks/twilio/status', {
  about: 'Twilio tells what became of an SMS or a WhatsApp message.',
  may: 'public',
  acts: 'system',
  audits: 'refusals',
  status: 200,
  async handle({ request, read, transact }) {
    const report = signedReport(read, request)
    if (report) await transact(({ db }) => recordReport(db, report))
    return null
  },
})

const Form = z.record(z.string(), z.string())

/** The report of a request that Twilio has signed; undefined when it tells nothing of ours. */
function signedReport(
  { isSignedByTwilio, settings }: Means,
  request: { url: string; body: unknown; headers: Record<string, unknown> },
): Report | undefined {
  const form = Form.safeParse(request.body).data ?? {}
  const query = request.url.slice(request.url.indexOf('?') + 1)
  const { 'x-twilio-signature': sent } = request.headers
  const signature = typeof sent === 'string' ? sent : ''
  if (!isSignedByTwilio(`${callbackUrlOf(settings)}?${query}`, signature, form)) {
    throw problem('signature_invalid')
  }
  const status = statusReported(form['MessageStatus'] ?? '')
  const messageId = z.uuid().safeParse(new URLSearchParams(query).get('message')).data
  const { MessageSid: providerId, ErrorCode: code } = form
  if (!status || !messageId || !providerId) return undefined
  return { status, messageId, providerId, reason: status === 'failed' ? `twilio_${code}` : null }
}
