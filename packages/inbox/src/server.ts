import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import { FaultBoard } from './fault.ts'
import { Mailbox } from './mailbox.ts'
import { serveFaults, serveReading } from './reading.ts'
import { openSmtp } from './smtp.ts'
import { openStatusReports } from './status-report.ts'
import { serveTwilio } from './twilio-rest.ts'

const HOST = '127.0.0.1'

export type InboxOptions = {
  /** The folder that keeps the messages; one inbox at a time may use it. */
  dataDir: string
  /** Port of the page, the JSON, the faults and Twilio's REST API; a free one unless given. */
  httpPort?: number
  smtpPort?: number
  accountSid: string
  authToken: string
  /** Told what a developer should know, such as a status callback that nobody takes. */
  warn?: (sentence: string) => void
}

export type Inbox = { httpUrl: string; smtpPort: number; close(): Promise<void> }

/** Answers on two ports, to this machine alone. Throws when a port is taken. */
export async function startInbox(options: InboxOptions): Promise<Inbox> {
  const { dataDir, httpPort = 0, smtpPort = 0, accountSid, authToken } = options
  const warn = options.warn ?? ((sentence) => void process.stderr.write(`${sentence}\n`))
  const account = { accountSid, authToken }
  const mailbox = await Mailbox.open(dataDir)
  const faults = new FaultBoard()
  const reports = openStatusReports({ mailbox, account, warn })
  const http = Fastify({ forceCloseConnections: true })
  http.register(async (app) => serveTwilio(app, { mailbox, faults, reports, account, warn }), {
    prefix: '/2010-04-01',
  })
  http.register(async (app) => serveReading(app, mailbox))
  http.register(async (app) => serveFaults(app, faults))
  const smtp = openSmtp({ mailbox, faults, warn })

  async function close(): Promise<void> {
    await http.close()
    if (smtp.server.listening) await new Promise<void>((resolve) => smtp.close(resolve))
    await reports.close()
    await mailbox.close()
  }

  try {
    const httpUrl = await http.listen({ host: HOST, port: httpPort })
    await once(smtp.listen(smtpPort, HOST), 'listening')
    for (const message of mailbox.newest()) {
      if (message.channel !== 'email' && message.status !== 'delivered') reports.report(message)
    }
    return { httpUrl, smtpPort: (smtp.server.address() as AddressInfo).port, close }
  } catch (error) {
    await close()
    throw error
  }
}
