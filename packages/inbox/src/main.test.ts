import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import {
  account,
  mailerOf,
  newFolder,
  openInbox,
  PUNE,
  read,
  SENDER,
  twilioOf,
} from './test-clients.ts'

const MAIN = join(import.meta.dirname, './main.ts')

function spawnInbox(environment: Record<string, string>): ChildProcess {
  const { PATH } = process.env
  const child = spawn(process.execPath, [MAIN], {
    env: { ...(PATH && { PATH }), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

function environmentOf(folder: string): Record<string, string> {
  return {
    INBOX_DATA: folder,
    INBOX_TWILIO_ACCOUNT_SID: account.accountSid,
    INBOX_TWILIO_AUTH_TOKEN: account.authToken,
  }
}

async function readyLine(child: ChildProcess): Promise<{ httpUrl: string; smtpPort: number }> {
  if (!child.stdout) throw new Error('The inbox has no output.')
  for await (const line of createInterface({ input: child.stdout })) {
    return JSON.parse(line) as { httpUrl: string; smtpPort: number }
  }
  throw new Error('The inbox ended before it was ready.')
}

test('a killed inbox has every message that it accepted, and no half one', async () => {
  const folder = await newFolder()
  const inbox = spawnInbox(environmentOf(folder))
  const { httpUrl, smtpPort } = await readyLine(inbox)
  const client = twilioOf(httpUrl)
  const mailer = mailerOf(smtpPort)
  const accepted: string[] = []
  async function sendUntilKilled(sender: number): Promise<void> {
    for (let turn = 0; turn < 100; turn += 1) {
      const body = `message ${turn} of ${sender}`
      await (sender % 2 === 0
        ? client.messages.create({ to: PUNE, from: SENDER, body })
        : mailer.sendMail({ from: SENDER, to: 'asha@forecourt.test', text: body }))
      accepted.push(body)
      if (accepted.length === 20) inbox.kill('SIGKILL')
    }
  }

  const endings = await Promise.allSettled([0, 1, 2, 3, 4, 5].map(sendUntilKilled))

  const { httpUrl: revived } = await openInbox(folder)
  const texts = (await read(revived)).map(({ text }) => text)
  expect(endings.map(({ status }) => status)).not.toContain('fulfilled')
  expect(accepted.length).toBeGreaterThanOrEqual(20)
  expect(texts).toEqual(expect.arrayContaining(accepted))
  expect(new Set(texts).size).toBe(texts.length)
})

test.each([
  ['in production', { NODE_ENV: 'production' }, /NODE_ENV is not valid: .*production/],
  ['without a token', { INBOX_TWILIO_AUTH_TOKEN: '' }, /INBOX_TWILIO_AUTH_TOKEN is not valid/],
  ['with a port that is none', { INBOX_PORT: '70000' }, /INBOX_PORT is not valid/],
])('the inbox refuses to start %s, in one clear sentence', async (_name, change, sentence) => {
  const child = spawnInbox({ ...environmentOf(await newFolder()), ...change })
  if (!child.stderr) throw new Error('The inbox has no error output.')
  const said = text(child.stderr)

  const [exitCode] = (await once(child, 'exit')) as [number]

  expect(exitCode).toBe(1)
  expect(await said).toMatch(sentence)
})

test('the inbox refuses to start on a port that is taken', async () => {
  const { httpUrl } = await openInbox()
  const port = new URL(httpUrl).port
  const child = spawnInbox({ ...environmentOf(await newFolder()), INBOX_PORT: port })
  if (!child.stderr) throw new Error('The inbox has no error output.')

  expect(await text(child.stderr)).toMatch(new RegExp(`^The inbox cannot start: .*${port}\n$`))
})

test('SIGTERM ends the inbox in good order', async () => {
  const child = spawnInbox(environmentOf(await newFolder()))
  await readyLine(child)

  child.kill('SIGTERM')

  expect(await once(child, 'exit')).toEqual([0, null])
})
