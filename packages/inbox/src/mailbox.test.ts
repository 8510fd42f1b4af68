import { appendFile, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { CAPACITY, Mailbox } from './mailbox.ts'
import { mailerOf, newFolder, openInbox, PUNE, read, SENDER, twilioOf } from './test-clients.ts'

test('a line that a kill tore off is skipped, and what follows it is kept', async () => {
  const folder = await newFolder()
  const first = await openInbox(folder)
  await twilioOf(first.httpUrl).messages.create({ to: PUNE, from: SENDER, body: 'whole' })
  await first.close()
  await appendFile(join(folder, 'messages.jsonl'), '{"message":{"id":"SM1","channel":"sm')

  const second = await openInbox(folder)
  await twilioOf(second.httpUrl).messages.create({ to: PUNE, from: SENDER, body: 'after' })
  await second.close()

  const third = await openInbox(folder)
  expect((await read(third.httpUrl)).map(({ text }) => text)).toEqual(['after', 'whole'])
})

test('a Message-ID is known after a restart', async () => {
  const folder = await newFolder()
  const mail = {
    from: SENDER,
    to: 'asha@forecourt.test',
    text: 'once',
    messageId: '<message-42@forecourt.test>',
    attachments: [{ filename: 'a.txt', content: 'an attachment' }],
  }
  const first = await openInbox(folder)
  await mailerOf(first.smtpPort).sendMail(mail)
  await first.close()

  const second = await openInbox(folder)
  await mailerOf(second.smtpPort).sendMail(mail)

  const messages = await read(second.httpUrl)
  expect(messages).toHaveLength(1)
  const attachment = await fetch(`${second.httpUrl}/messages/${messages[0]?.id}/attachments/0`)
  expect(await attachment.text()).toBe('an attachment')
})

test('the newest 10 000 messages are kept; older ones and their attachments go', async () => {
  const folder = await newFolder()
  const mailbox = await Mailbox.open(folder)
  const message = {
    channel: 'email' as const,
    to: 'asha@forecourt.test',
    from: 'no-reply@forecourt.test',
    subject: '',
    html: null,
    messageId: null,
    template: null,
    sentAt: new Date().toISOString(),
  }
  const attachmentOf = async (name: string) => ({
    name,
    mediaType: 'text/plain',
    size: 1,
    sha256: await mailbox.keepAttachment(Buffer.from(name)),
  })
  const [old, young] = [await attachmentOf('old'), await attachmentOf('young')]
  await Promise.all(
    Array.from({ length: CAPACITY + 5 }, async (_, index) =>
      mailbox.keep({
        ...message,
        id: `EM${index}`,
        text: `${index}`,
        attachments: index === 0 ? [old] : index === CAPACITY ? [young] : [],
      }),
    ),
  )
  const newestOf = (mailbox: Mailbox) => mailbox.find({ limit: 1 })[0]?.id
  expect(mailbox.get('EM4')).toBeUndefined()
  expect(mailbox.get('EM5')).toBeDefined()
  expect(newestOf(mailbox)).toBe(`EM${CAPACITY + 4}`)
  await mailbox.close()

  const reopened = await Mailbox.open(folder)
  onTestFinished(() => reopened.close())

  expect(reopened.find({ limit: CAPACITY * 2 })).toHaveLength(CAPACITY)
  expect(newestOf(reopened)).toBe(`EM${CAPACITY + 4}`)
  const file = await readFile(join(folder, 'messages.jsonl'), 'utf8')
  expect(file.trimEnd().split('\n')).toHaveLength(CAPACITY)
  expect(await readdir(join(folder, 'attachments'))).toEqual([young.sha256])
})
