import { createTransport } from 'nodemailer'
import type { NotificationConfig } from '../config.ts'
import type { Letter, Outcome, Provider } from './provider.ts'

const CONNECTIONS = 4
const IMPLICIT_TLS_PORT = 465

/** E-mail over a pool of SMTP connections. */
export function openEmail(settings: NotificationConfig): Provider {
  const { EMAIL_PORT: port, EMAIL_USER: user, EMAIL_PASSWORD: pass = '' } = settings
  const timeoutMs = settings.PROVIDER_TIMEOUT_MS
  const domain = /@([\w.-]+)/.exec(settings.EMAIL_FROM)?.[1] ?? 'localhost'
  const secure = port === IMPLICIT_TLS_PORT
  const mailer = createTransport({
    pool: true,
    host: settings.EMAIL_HOST,
    port,
    secure,
    requireTLS: settings.NODE_ENV === 'production' && !secure,
    maxConnections: CONNECTIONS,
    // The sender decides about repetitions; the pool must not make its own.
    maxRequeues: 0,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    ...(user && { auth: { user, pass } }),
  })
  return {
    async send({ messageId: id, to, subject = '', text, html, template, attachment }) {
      // Made of the row alone, so that a mail sent again is known by whoever has it already.
      const messageId = `<${id}@${domain}>`
      const headers = { 'X-Forecourt-Template': template }
      const from = settings.EMAIL_FROM
      try {
        await mailer.sendMail({
          messageId,
          from,
          to,
          subject,
          text,
          headers,
          ...(html && { html }),
          ...(attachment && { attachments: [fileOf(attachment)] }),
        })
        return { kind: 'taken', providerId: messageId }
      } catch (error) {
        return outcomeOf(error)
      }
    },
    close: () => mailer.close(),
  }
}

function fileOf({ name, content }: NonNullable<Letter['attachment']>) {
  return { filename: name, content, contentType: 'application/pdf' }
}

interface SmtpFault {
  code?: string
  responseCode?: number
  timeoutType?: string
}

const NOT_REACHED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EDNS', 'EHOSTUNREACH', 'ENETUNREACH'])
const OF_OUR_ACCOUNT = new Set(['EAUTH', 'ENOAUTH', 'EOAUTH2', 'ETLS'])

/** What a failed delivery to the mail server means for the message. */
export function outcomeOf(error: unknown): Outcome {
  const { code = 'failed', responseCode, timeoutType = '' } = error as SmtpFault
  const reason = responseCode ? `smtp_${responseCode}` : `smtp_${code.toLowerCase()}`
  if (OF_OUR_ACCOUNT.has(code)) return { kind: 'busy', reason }
  if (responseCode !== undefined) return { kind: responseCode < 500 ? 'busy' : 'refused', reason }
  if (code === 'EENVELOPE' || code === 'EMESSAGE') return { kind: 'refused', reason }
  const isBeforeMail = NOT_REACHED.has(code) || /CONNECTION|GREETING/.test(timeoutType)
  return { kind: isBeforeMail ? 'busy' : 'unknown', reason }
}
