import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { FaultBoard, FaultMode } from './fault.ts'
import type { Mailbox } from './mailbox.ts'
import { addressFromQuery, wireAddress, type Message, type PhoneMessage } from './message.ts'
import type { StatusReports } from './status-report.ts'
import {
  MessageForm,
  messageFrom,
  resourceOf,
  splitAddress,
  type TwilioAccount,
} from './twilio-message.ts'
import { TwilioProblem } from './twilio-problem.ts'

type Rooms = {
  mailbox: Mailbox
  faults: FaultBoard
  reports: StatusReports
  account: TwilioAccount
  warn: (sentence: string) => void
}

/** Twilio's Messages resource, as its own client speaks to it. */
export function serveTwilio(app: FastifyInstance, rooms: Rooms): void {
  const { mailbox, faults, reports, account, warn } = rooms
  const { accountSid } = account

  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    async (_request: FastifyRequest, body: string | Buffer) =>
      Object.fromEntries(new URLSearchParams(body.toString())),
  )
  app.setErrorHandler((error, _request, reply) => {
    const problem = asProblem(error)
    if (problem !== error && problem.code === 20500) warn(`Twilio's API failed: ${String(error)}`)
    return reply.code(problem.status).send(problem.answer())
  })
  app.setNotFoundHandler(() => {
    throw new TwilioProblem(20404)
  })
  app.addHook('onRequest', async (request) => {
    if (!isSigned(request, account)) throw new TwilioProblem(20003)
  })

  app.post('/Accounts/:accountSid/Messages.json', async (request, reply) => {
    const form = MessageForm.parse(request.body ?? {})
    const fault = faults.take('send', splitAddress(form.To ?? '').channel)
    if (fault && fault !== 'accept-then-hang') return misbehave(fault, request, reply)
    const message = messageFrom(form, new Date())
    await mailbox.keep(message)
    reports.report(message)
    if (fault) return misbehave(fault, request, reply)
    return reply.code(201).send(resourceOf(message, accountSid))
  })

  app.get('/Accounts/:accountSid/Messages.json', async (request, reply) => {
    const query = ListQuery.parse(request.query)
    const channel = query.To === undefined ? undefined : splitAddress(query.To).channel
    const fault = faults.take('lookup', channel)
    if (fault) return misbehave(fault, request, reply)
    return pageOf(mailbox, query, accountSid)
  })

  app.get<{ Params: { file: string } }>(
    '/Accounts/:accountSid/Messages/:file',
    async (request, reply) => {
      const message = mailbox.get(request.params.file.replace(/\.json$/, ''))
      if (!message || message.channel === 'email') throw new TwilioProblem(20404)
      const fault = faults.take('lookup', message.channel)
      if (fault) return misbehave(fault, request, reply)
      return resourceOf(message, accountSid)
    },
  )
}

function asProblem(error: unknown): TwilioProblem {
  if (error instanceof TwilioProblem) return error
  if (error instanceof z.ZodError) return new TwilioProblem(20001, z.prettifyError(error))
  const { statusCode = 500 } = error as { statusCode?: number }
  return new TwilioProblem(statusCode < 500 ? 20001 : 20500)
}

function isSigned(request: FastifyRequest, { accountSid, authToken }: TwilioAccount): boolean {
  const expected = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`
  const { accountSid: asked } = request.params as { accountSid?: string }
  return request.headers.authorization === expected && (asked ?? accountSid) === accountSid
}

function misbehave(mode: FaultMode, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  switch (mode) {
    case 'error-500':
      throw new TwilioProblem(20500)
    case 'rate-limit-429':
      reply.header('retry-after', '1')
      throw new TwilioProblem(20429)
    case 'refuse':
      reply.hijack()
      request.raw.socket.destroy()
      return reply
    case 'hang':
    case 'accept-then-hang':
      return reply.hijack()
  }
}

const Moment = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)), { message: 'must be a date' })
  .optional()
const Address = z.string().transform(addressFromQuery).optional()

const ListQuery = z.object({
  To: Address,
  From: Address,
  DateSent: Moment,
  'DateSent<': Moment,
  'DateSent>': Moment,
  PageSize: z.coerce.number().int().min(1).max(1_000).default(50),
  Page: z.coerce.number().int().min(0).default(0),
  PageToken: z.string().optional(),
})
type ListQuery = z.infer<typeof ListQuery>

function pageOf(mailbox: Mailbox, query: ListQuery, accountSid: string): Record<string, unknown> {
  const { Page: page, PageSize: pageSize, PageToken: last } = query
  const fitting = after(last, mailbox.newest())
    .filter((message) => message.channel !== 'email')
    .filter((message) => fits(message, query))
    .take(pageSize + 1)
    .toArray()
  const messages = fitting.slice(0, pageSize)
  const path = `/2010-04-01/Accounts/${accountSid}/Messages.json`
  const at = (page: number, token: string | undefined) =>
    `${path}?${new URLSearchParams(
      Object.entries({ ...query, Page: page, PageToken: token }).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, String(value)]],
      ),
    ).toString()}`
  return {
    messages: messages.map((message) => resourceOf(message, accountSid)),
    page,
    page_size: pageSize,
    start: page * pageSize,
    end: page * pageSize + Math.max(messages.length - 1, 0),
    uri: at(page, last),
    first_page_uri: at(0, undefined),
    next_page_uri: fitting.length > pageSize ? at(page + 1, messages.at(-1)?.id) : null,
    previous_page_uri: null,
  }
}

/** A page goes on where the last one ended, whatever came in between. */
function* after(last: string | undefined, messages: Iterable<Message>): Generator<Message> {
  let passed = last === undefined
  for (const message of messages) {
    if (passed) yield message
    else passed = message.id === last
  }
}

/** Both bounds belong to the window, and both sides are whole seconds, as Twilio counts. */
function fits(message: PhoneMessage, query: ListQuery): boolean {
  const { channel, to, from } = message
  if (query.To !== undefined && query.To !== wireAddress(channel, to)) return false
  if (query.From !== undefined && (from === null || query.From !== wireAddress(channel, from))) {
    return false
  }
  const sent = secondOf(message.sentAt)
  const { DateSent: on, 'DateSent<': until, 'DateSent>': since } = query
  if (since !== undefined && sent < secondOf(since)) return false
  if (until !== undefined && sent > secondOf(until)) return false
  if (on === undefined) return true
  return /^\d{4}-\d\d-\d\d$/.test(on) ? message.sentAt.startsWith(on) : sent === secondOf(on)
}

function secondOf(text: string): number {
  return Math.floor(Date.parse(text) / 1_000)
}
