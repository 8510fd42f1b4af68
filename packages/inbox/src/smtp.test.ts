import { expect, test } from 'vitest'
import { mailerOf, openInbox, read } from './test-clients.ts'

const REGISTERED = {
  from: 'Forecourt <no-reply@forecourt.test>',
  to: 'Asha.Patil@Forecourt.test',
  subject: 'Registration Confirmation – पुणे',
  text: 'Hi Asha,\nyour reference ID is CUST-MH12-000145.',
  html: '<p>Hi <b>Asha</b></p>',
}

test('an e-mail is kept with all its parts under its lower-case address', async () => {
  const { httpUrl, smtpPort } = await openInbox()

  await mailerOf(smtpPort).sendMail({
    ...REGISTERED,
    headers: { 'X-Forecourt-Template': 'customer_registered' },
  })

  const [message, ...others] = await read(httpUrl, '?to=asha.patil@forecourt.test&channel=email')
  expect(others).toEqual([])
  expect(message).toEqual({
    id: expect.stringMatching(/^EM[0-9a-f]{32}$/) as string,
    channel: 'email',
    to: 'asha.patil@forecourt.test',
    subject: REGISTERED.subject,
    text: REGISTERED.text,
    html: expect.stringContaining('<p>Hi <b>Asha</b></p>') as string,
    template: 'customer_registered',
    sentAt: expect.any(String) as string,
  })
})

test('each recipient has a copy, blind ones too, and `to` matches one exactly', async () => {
  const { httpUrl, smtpPort } = await openInbox()

  await mailerOf(smtpPort).sendMail({
    ...REGISTERED,
    to: ['asha@forecourt.test', 'ravi@forecourt.test'],
    bcc: 'meera@forecourt.test',
  })

  const everyone = (await read(httpUrl)).map(({ to }) => to).toSorted()
  expect(everyone).toEqual(['asha@forecourt.test', 'meera@forecourt.test', 'ravi@forecourt.test'])
  expect(await read(httpUrl, '?to=meera@forecourt.test')).toHaveLength(1)
  expect(await read(httpUrl, '?to=meera')).toEqual([])
})

test('an attachment is listed with name and size, and its content can be downloaded', async () => {
  const { httpUrl, smtpPort } = await openInbox()
  const invoice = Buffer.from('%PDF-1.7 an invoice of Pune')

  await mailerOf(smtpPort).sendMail({
    ...REGISTERED,
    attachments: [
      { filename: 'Invoice पुणे-1.pdf', content: invoice, contentType: 'application/pdf' },
      { filename: 'page.html', content: '<script>alert(1)</script>', contentType: 'text/html' },
    ],
  })

  const [message] = await read(httpUrl)
  expect(message?.attachments).toEqual([
    { name: 'Invoice पुणे-1.pdf', mediaType: 'application/pdf', size: invoice.length },
    { name: 'page.html', mediaType: 'text/html', size: 25 },
  ])
  const pdf = await fetch(`${httpUrl}/messages/${message?.id}/attachments/0`)
  expect(pdf.headers.get('content-type')).toBe('application/pdf')
  expect(Buffer.from(await pdf.arrayBuffer())).toEqual(invoice)
  const html = await fetch(`${httpUrl}/messages/${message?.id}/attachments/1`)
  expect(html.headers.get('content-type')).toBe('application/octet-stream')
  expect(html.headers.get('content-disposition')).toMatch(/^attachment;/)
})

test('an e-mail that is sent again with its Message-ID is accepted and kept once', async () => {
  const { httpUrl, smtpPort } = await openInbox()
  const mailer = mailerOf(smtpPort)
  const mail = { ...REGISTERED, messageId: '<message-42@forecourt.test>' }

  const sendings = await Promise.all([mailer.sendMail(mail), mailer.sendMail(mail)])
  const again = await mailer.sendMail(mail)

  for (const { response } of [...sendings, again]) expect(response).toMatch(/^250 /)
  expect(await read(httpUrl)).toHaveLength(1)
  await mailer.sendMail({ ...mail, to: 'ravi@forecourt.test' })
  expect(await read(httpUrl)).toHaveLength(2)
})

test('an e-mail over 25 MB is refused for good and not kept', async () => {
  const { httpUrl, smtpPort } = await openInbox()

  await expect(
    mailerOf(smtpPort).sendMail({
      ...REGISTERED,
      attachments: [{ filename: 'film.mp4', content: Buffer.alloc(26 * 1_024 * 1_024) }],
    }),
  ).rejects.toMatchObject({ responseCode: 552 })

  expect(await read(httpUrl)).toEqual([])
})
