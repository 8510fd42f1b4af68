import { randomUUIDv7 } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import PostalMime, { type Email as ParsedEmail } from 'postal-mime'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import type { FaultBoard, FaultMode } from './fault.ts'
import type { Mailbox } from './mailbox.ts'
import type { Attachment, Email } from './message.ts'

const LARGEST_EMAIL_BYTES = 25 * 1_024 * 1_024

type Rooms = { mailbox: Mailbox; faults: FaultBoard; warn: (sentence: string) => void }

/** An SMTP server that accepts whatever it is given; a message is on disk before its 250. */
export function openSmtp({ mailbox, faults, warn }: Rooms): SMTPServer {
  // A fault is taken once for each mail, though some happen only after its content came.
  const late = new WeakMap<SMTPServerSession, FaultMode>()

  const server = new SMTPServer({
    banner: 'Forecourt inbox',
    size: LARGEST_EMAIL_BYTES,
    rejectOversized: true,
    // Credentials may be sent as in production, and any are right; a certificate would not be.
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 300,
    onAuth: ({ username }, _session, callback) => callback(null, { user: username ?? 'anyone' }),
    onMailFrom(_address, session, callback) {
      late.delete(session)
      const mode = faults.take('send', 'email')
      if (mode === 'accept-then-hang') late.set(session, mode)
      if (mode === 'hang') return
      if (mode === 'refuse') return hangUp(server, session)
      callback(mode ? refusal(mode) : null)
    },
    onData: (stream, session, callback) => void receive(stream, session, callback),
  })
  // A client that goes away mid-sentence is its own business.
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') warn(`SMTP: ${error.message}`)
  })
  return server

  async function receive(
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
    answer: (error?: Error | null, text?: string) => void,
  ): Promise<void> {
    try {
      const raw = await buffer(stream)
      if (!stream.sizeExceeded) await keepEmail(mailbox, raw, session)
    } catch (error) {
      warn(`An e-mail was not kept: ${String(error)}`)
      answer(reply(451, 'The inbox could not keep this message'))
      return
    }
    if (!late.has(session)) answer(null, 'Kept in the inbox')
  }
}

function hangUp(server: SMTPServer, session: SMTPServerSession): void {
  for (const connection of server.connections) if (connection.id === session.id) connection.close()
}

function refusal(mode: FaultMode): Error | null {
  if (mode === 'error-500') return reply(451, 'Local error in processing')
  if (mode === 'rate-limit-429') return reply(450, 'Too many messages, try again later')
  return null
}

function reply(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode })
}

/** One copy for each recipient of the envelope, which knows of blind copies too. */
async function keepEmail(
  mailbox: Mailbox,
  raw: Uint8Array,
  { envelope }: SMTPServerSession,
): Promise<void> {
  const parsed = await PostalMime.parse(raw)
  const attachments = await keepAttachments(mailbox, parsed)
  const sender = envelope.mailFrom === false ? '' : envelope.mailFrom.address
  const content = {
    channel: 'email' as const,
    from: parsed.from?.address ?? sender,
    subject: parsed.subject ?? '',
    text: (parsed.text ?? '').trimEnd(),
    html: parsed.html ?? null,
    template: headerOf(parsed, 'x-forecourt-template'),
    messageId: parsed.messageId ?? null,
    attachments,
    sentAt: new Date().toISOString(),
  } satisfies Omit<Email, 'id' | 'to'>
  const recipients = new Set(envelope.rcptTo.map(({ address }) => address.toLowerCase()))
  await Promise.all(
    [...recipients].map((to) =>
      mailbox.keep({ ...content, id: `EM${randomUUIDv7().replaceAll('-', '')}`, to }),
    ),
  )
}

async function keepAttachments(
  mailbox: Mailbox,
  { attachments }: ParsedEmail,
): Promise<Attachment[]> {
  return Promise.all(
    attachments.map(async ({ filename, mimeType, content }, index) => {
      const bytes = typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content)
      return {
        name: filename ?? `attachment-${index + 1}`,
        mediaType: mimeType,
        size: bytes.byteLength,
        sha256: await mailbox.keepAttachment(bytes),
      }
    }),
  )
}

function headerOf({ headers }: ParsedEmail, key: string): string | null {
  return headers.find((header) => header.key === key)?.value ?? null
}
