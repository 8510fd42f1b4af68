import { z } from 'zod'
import { startInbox } from './server.ts'

const Port = z.coerce.number().int().min(0).max(65_535).default(0)

const Environment = z.object({
  NODE_ENV: z
    .string()
    .refine((mode) => mode !== 'production', {
      message: 'the inbox is for development and tests; production sends to real providers',
    })
    .optional(),
  INBOX_PORT: Port,
  INBOX_SMTP_PORT: Port,
  INBOX_DATA: z.string().min(1),
  INBOX_TWILIO_ACCOUNT_SID: z.string().regex(/^AC\w+$/, { message: 'must begin with AC' }),
  INBOX_TWILIO_AUTH_TOKEN: z.string().min(1),
})

async function main(): Promise<void> {
  const environment = Environment.safeParse(process.env)
  if (!environment.success) {
    for (const { path, message } of environment.error.issues) {
      const name = path.join('.')
      console.error(
        process.env[name] === undefined
          ? `${name} is not set.`
          : `${name} is not valid: ${message}.`,
      )
    }
    process.exitCode = 1
    return
  }
  const { data } = environment
  const inbox = await startInbox({
    dataDir: data.INBOX_DATA,
    httpPort: data.INBOX_PORT,
    smtpPort: data.INBOX_SMTP_PORT,
    accountSid: data.INBOX_TWILIO_ACCOUNT_SID,
    authToken: data.INBOX_TWILIO_AUTH_TOKEN,
    warn: (sentence) => console.error(sentence),
  })
  let closing: Promise<void> | undefined
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // Ctrl-C and the supervisor's own signal come together; the second must not end it by force.
    process.on(signal, () => void (closing ??= inbox.close().then(() => process.exit(0))))
  }
  const { httpUrl, smtpPort } = inbox
  console.log(JSON.stringify({ ready: 'inbox', httpUrl, smtpPort }))
}

try {
  await main()
} catch (error) {
  console.error(`The inbox cannot start: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
