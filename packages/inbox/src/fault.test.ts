import { describe, expect, test } from 'vitest'
import { mailerOf, openInbox, orderFault, PUNE, read, SENDER, twilioOf } from './test-clients.ts'

// Enough for a request to be accepted on a busy machine.
const IMPATIENT = { timeoutMs: 1_500 }

const SMS = { to: PUNE, from: SENDER, body: 'Hello' }
const MAIL = { from: SENDER, to: 'asha@forecourt.test', subject: 'Hello', text: 'Hello' }

describe('Twilio, told to misbehave', () => {
  test.each([
    ['refuse', { code: 'ECONNRESET' }, 0],
    ['error-500', { status: 500, code: 20_500 }, 0],
    ['rate-limit-429', { status: 429, code: 20_429 }, 0],
    ['hang', { code: 'ECONNABORTED' }, 0],
    ['accept-then-hang', { code: 'ECONNABORTED' }, 1],
  ])('does %s so many times, then serves again', async (mode, failure, kept) => {
    const { httpUrl } = await openInbox()
    const client = twilioOf(httpUrl)
    const impatient = twilioOf(httpUrl, IMPATIENT)
    expect((await orderFault(httpUrl, { channel: 'sms', mode, count: 1 })).status).toBe(201)

    await expect(impatient.messages.create(SMS)).rejects.toMatchObject(failure)

    await expect.poll(() => client.messages.list({ to: PUNE })).toHaveLength(kept)
    await client.messages.create(SMS)
    expect(await read(httpUrl)).toHaveLength(kept + 1)
  })

  test('says with a 429 when to come back', async () => {
    const { httpUrl } = await openInbox()
    await orderFault(httpUrl, { mode: 'rate-limit-429' })
    const client = twilioOf(httpUrl)

    await expect(client.messages.create(SMS)).rejects.toMatchObject({ status: 429 })

    expect(client.httpClient.lastResponse?.headers).toMatchObject({ 'retry-after': '1' })
  })

  test('can be made to fail only for one channel, or only for look-ups', async () => {
    const { httpUrl } = await openInbox()
    const client = twilioOf(httpUrl)
    await orderFault(httpUrl, { channel: 'whatsapp', mode: 'error-500' })
    await orderFault(httpUrl, { mode: 'error-500', on: 'lookup' })

    await client.messages.create(SMS)
    await expect(client.messages.list({ to: PUNE })).rejects.toMatchObject({ status: 500 })
    expect(await client.messages.list({ to: PUNE })).toHaveLength(1)
    await expect(
      client.messages.create({ ...SMS, to: `whatsapp:${PUNE}`, from: `whatsapp:${SENDER}` }),
    ).rejects.toMatchObject({ status: 500 })
  })
})

describe('SMTP, told to misbehave', () => {
  test.each([
    ['refuse', { code: 'ECONNECTION' }, 0],
    ['error-500', { responseCode: 451 }, 0],
    ['rate-limit-429', { responseCode: 450 }, 0],
    ['hang', { code: 'ETIMEDOUT' }, 0],
    ['accept-then-hang', { code: 'ETIMEDOUT' }, 1],
  ])('does %s so many times, then serves again', async (mode, failure, kept) => {
    const { httpUrl, smtpPort } = await openInbox()
    await orderFault(httpUrl, { channel: 'email', mode, count: 1 })

    const impatient = mailerOf(smtpPort, IMPATIENT.timeoutMs)
    await expect(impatient.sendMail(MAIL)).rejects.toMatchObject(failure)

    await expect.poll(() => read(httpUrl)).toHaveLength(kept)
    await mailerOf(smtpPort).sendMail(MAIL)
    expect(await read(httpUrl)).toHaveLength(kept + 1)
  })
})

test('faults that are taken back happen no more', async () => {
  const { httpUrl } = await openInbox()
  await orderFault(httpUrl, { mode: 'refuse', count: 100 })
  expect(await (await fetch(`${httpUrl}/faults`)).json()).toEqual([
    { mode: 'refuse', count: 100, on: 'send' },
  ])

  expect((await fetch(`${httpUrl}/faults`, { method: 'DELETE' })).status).toBe(204)

  await twilioOf(httpUrl).messages.create(SMS)
  expect(await read(httpUrl)).toHaveLength(1)
})

test.each([{ mode: 'explode' }, { mode: 'hang', count: 0 }, { mode: 'hang', chanel: 'sms' }])(
  'a fault that means nothing is refused: %o',
  async (fault) => {
    const { httpUrl } = await openInbox()
    expect((await orderFault(httpUrl, fault)).status).toBe(400)
  },
)
