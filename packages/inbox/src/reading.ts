import { readFile } from 'node:fs/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Fault, type FaultBoard } from './fault.ts'
import type { Filter, Mailbox } from './mailbox.ts'
import { addressFromQuery, Channel, viewOf } from './message.ts'
import { renderEmailHtml, renderPage } from './page.ts'

const SHOWN_ON_PAGE = 100

/** What a browser may show of itself; everything else is downloaded. */
const SHOWN_INLINE = /^(?:application\/pdf|image\/(?:png|jpeg|gif|webp))$/

const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "frame-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'self'",
].join('; ')
// An e-mail's own styles are inline, and nothing of it may run or leave.
const EMAIL_POLICY = [
  'sandbox allow-popups allow-popups-to-escape-sandbox',
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "img-src 'self' data:",
  "frame-ancestors 'self'",
].join('; ')

const Blank = z.literal('').transform(() => undefined)

const MessageQuery = z.object({
  to: Blank.or(z.string().transform(addressFromQuery)).optional(),
  channel: Blank.or(Channel).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
})

/** A proxy that serves the page below a path says so in this header. */
const Prefix = z
  .string()
  .regex(/^(?:\/[\w.-]+)*$/)
  .catch('')

/** The page and the JSON that people and tests read. */
export async function serveReading(app: FastifyInstance, mailbox: Mailbox): Promise<void> {
  const started = Date.now()
  const isNew = (request: FastifyRequest, reply: FastifyReply) => {
    const tag = `"${started}-${mailbox.revision}"`
    reply.headers({ etag: tag, 'cache-control': 'no-cache' })
    return request.headers['if-none-match'] !== tag
  }

  app.setErrorHandler(refuse)
  app.get('/messages', async (request, reply) => {
    const filter: Filter = MessageQuery.parse(request.query)
    if (!isNew(request, reply)) return reply.code(304).send()
    return mailbox.find(filter).map(viewOf)
  })

  app.get('/', async (request, reply) => {
    const { to, channel } = MessageQuery.parse(request.query)
    if (!isNew(request, reply)) return reply.code(304).send()
    const prefix = Prefix.parse(request.headers['x-forwarded-prefix'] ?? '')
    const messages = mailbox.find({ to, channel, limit: SHOWN_ON_PAGE })
    return reply
      .type('text/html; charset=utf-8')
      .headers({ 'content-security-policy': PAGE_POLICY, 'referrer-policy': 'no-referrer' })
      .send(renderPage({ messages, channel, to, prefix }))
  })

  serveParts(app, mailbox)
  await serveAssets(app)
}

function refuse(error: unknown, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (!(error instanceof z.ZodError)) throw error
  return reply.code(400).send({ message: z.prettifyError(error) })
}

/** What an e-mail is made of, beside its text. */
function serveParts(app: FastifyInstance, mailbox: Mailbox): void {
  app.get<{ Params: { id: string } }>('/messages/:id/html', async (request, reply) => {
    const message = mailbox.get(request.params.id)
    if (message?.channel !== 'email' || message.html === null) return reply.callNotFound()
    return reply
      .type('text/html; charset=utf-8')
      .headers({ 'content-security-policy': EMAIL_POLICY, 'referrer-policy': 'no-referrer' })
      .send(renderEmailHtml(message.html))
  })

  app.get<{ Params: { id: string; index: string } }>(
    '/messages/:id/attachments/:index',
    async (request, reply) => {
      const message = mailbox.get(request.params.id)
      const attachments = message?.channel === 'email' ? message.attachments : []
      const attachment = attachments[Number(request.params.index)]
      if (!attachment) return reply.callNotFound()
      const { name, mediaType, sha256 } = attachment
      const inline = SHOWN_INLINE.test(mediaType)
      const disposition = inline ? 'inline' : 'attachment'
      return reply
        .type(inline ? mediaType : 'application/octet-stream')
        .headers({
          'content-disposition': `${disposition}; filename*=UTF-8''${encodeURIComponent(name)}`,
          'x-content-type-options': 'nosniff',
        })
        .send(await mailbox.readAttachment(sha256))
    },
  )
}

async function serveAssets(app: FastifyInstance): Promise<void> {
  for (const [name, type] of [
    ['inbox.css', 'text/css; charset=utf-8'],
    ['inbox.js', 'text/javascript; charset=utf-8'],
  ] as const) {
    const content = await readFile(new URL(`page/${name}`, import.meta.url))
    app.get(`/${name}`, async (_request, reply) =>
      reply.type(type).header('cache-control', 'no-cache').send(content),
    )
  }
}

/** Where tests order what goes wrong, until they take it back. */
export function serveFaults(app: FastifyInstance, faults: FaultBoard): void {
  app.setErrorHandler(refuse)
  app.post('/faults', async (request, reply) => {
    faults.add(Fault.parse(request.body))
    return reply.code(201).send(faults.list())
  })
  app.get('/faults', async () => faults.list())
  app.delete('/faults', async (_request, reply) => {
    faults.clear()
    return reply.code(204).send()
  })
}
