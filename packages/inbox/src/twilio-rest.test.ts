import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { account, MUMBAI, openInbox, PUNE, read, SENDER, twilioOf } from './test-clients.ts'

describe("Twilio's own client", () => {
  test('sends an SMS, which is queued and can be read by its sid', async () => {
    const { httpUrl } = await openInbox()
    const before = Date.now()

    const sent = await twilioOf(httpUrl).messages.create({ to: PUNE, from: SENDER, body: 'Hi ₹5' })

    expect(sent).toMatchObject({ to: PUNE, from: SENDER, body: 'Hi ₹5', status: 'queued' })
    expect(sent.sid).toMatch(/^SM[0-9a-f]{32}$/)
    expect(sent).toMatchObject({ accountSid: account.accountSid, dateSent: null, numSegments: '1' })
    // Twilio tells whole seconds.
    expect(sent.dateCreated.getTime()).toBeGreaterThan(before - 1_000)
    expect(sent.dateCreated.getTime()).toBeLessThanOrEqual(Date.now())
    const fetched = await twilioOf(httpUrl).messages(sent.sid).fetch()
    expect(fetched).toMatchObject({ sid: sent.sid, body: 'Hi ₹5' })
    expect(fetched.dateSent.getTime()).toBe(sent.dateCreated.getTime())
  })

  test('sends a WhatsApp message, which shows its bare number and its template', async () => {
    const { httpUrl } = await openInbox()

    const sent = await twilioOf(httpUrl).messages.create({
      to: `whatsapp:${PUNE}`,
      from: `whatsapp:${SENDER}`,
      body: 'Your car *Innova* is ready',
      statusCallback: 'http://127.0.0.1:9/status?message=1&template=car_ready',
    })

    expect(sent.to).toBe(`whatsapp:${PUNE}`)
    expect(await read(httpUrl)).toEqual([
      {
        id: sent.sid,
        channel: 'whatsapp',
        to: PUNE,
        subject: null,
        text: 'Your car *Innova* is ready',
        template: 'car_ready',
        sentAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      },
    ])
  })

  test.each([
    ['a number that is none', { to: 'Asha', body: 'x', from: SENDER }, 21_211],
    ['a number without its plus', { to: '919820012345', body: 'x', from: SENDER }, 21_211],
    ['an empty number', { to: '', body: 'x', from: SENDER }, 21_604],
    ['no sender', { to: PUNE, body: 'x' }, 21_603],
    ['no body', { to: PUNE, from: SENDER }, 21_602],
    ['a body over 1600 characters', { to: PUNE, from: SENDER, body: 'x'.repeat(1_601) }, 21_617],
    ['a sender of another channel', { to: `whatsapp:${PUNE}`, from: SENDER, body: 'x' }, 21_910],
    [
      'a callback that is no URL',
      { to: PUNE, from: SENDER, body: 'x', statusCallback: '/s' },
      21_609,
    ],
  ])('is refused for %s, and nothing is kept', async (_name, message, code) => {
    const { httpUrl } = await openInbox()

    await expect(twilioOf(httpUrl).messages.create(message)).rejects.toMatchObject({
      status: 400,
      code,
      moreInfo: `https://www.twilio.com/docs/errors/${code}`,
    })

    expect(await read(httpUrl)).toEqual([])
  })

  test('is refused with a wrong token, on every path of the account', async () => {
    const { httpUrl } = await openInbox()
    const stranger = twilioOf(httpUrl, { authToken: 'another-token' })

    const refused = { status: 401, code: 20_003 }
    await expect(
      stranger.messages.create({ to: PUNE, from: SENDER, body: 'x' }),
    ).rejects.toMatchObject(refused)
    await expect(stranger.messages.list()).rejects.toMatchObject(refused)
    await expect(stranger.calls.list()).rejects.toMatchObject(refused)
  })

  test('is told 20404 for a sid or a resource that does not exist', async () => {
    const { httpUrl } = await openInbox()
    const client = twilioOf(httpUrl)

    const missing = { status: 404, code: 20_404 }
    await expect(client.messages(`SM${'0'.repeat(32)}`).fetch()).rejects.toMatchObject(missing)
    await expect(client.calls.list()).rejects.toMatchObject(missing)
  })
})

describe('A message in doubt', () => {
  test('is found by recipient and by the second it was sent, both bounds included', async () => {
    const { httpUrl } = await openInbox()
    const client = twilioOf(httpUrl)
    const first = await client.messages.create({ to: PUNE, from: SENDER, body: 'first' })
    await client.messages.create({ to: `whatsapp:${PUNE}`, from: `whatsapp:${SENDER}`, body: 'wa' })
    await client.messages.create({ to: MUMBAI, from: SENDER, body: 'other' })
    await wait(1_100)
    const last = await client.messages.create({ to: PUNE, from: SENDER, body: 'last' })

    const bodies = async (query: object) =>
      (await client.messages.list(query)).map(({ body }) => body)
    expect(await bodies({ to: PUNE })).toEqual(['last', 'first'])
    expect(await bodies({ to: `whatsapp:${PUNE}` })).toEqual(['wa'])
    expect(await bodies({ to: PUNE, dateSentAfter: first.dateCreated })).toEqual(['last', 'first'])
    expect(await bodies({ to: PUNE, dateSentAfter: last.dateCreated })).toEqual(['last'])
    expect(await bodies({ to: PUNE, dateSentBefore: first.dateCreated })).toEqual(['first'])
    expect(await bodies({ dateSent: last.dateCreated })).toEqual(['last'])
    expect(await bodies({ from: `whatsapp:${SENDER}` })).toEqual(['wa'])
    const future = new Date(Date.now() + 60_000)
    expect(await bodies({ to: PUNE, dateSentAfter: future })).toEqual([])
  })

  test('is found on a later page, though new messages arrive while pages are turned', async () => {
    const { httpUrl } = await openInbox()
    const client = twilioOf(httpUrl)
    for (const body of ['1', '2', '3', '4', '5']) {
      await client.messages.create({ to: PUNE, from: SENDER, body })
    }

    const page = await client.messages.page({ to: PUNE, pageSize: 2 })
    await client.messages.create({ to: PUNE, from: SENDER, body: '6' })
    const next = await page.nextPage()

    expect(page.instances.map(({ body }) => body)).toEqual(['5', '4'])
    expect(next?.instances.map(({ body }) => body)).toEqual(['3', '2'])
    const all = await client.messages.list({ to: PUNE, pageSize: 2 })
    expect(all.map(({ body }) => body)).toEqual(['6', '5', '4', '3', '2', '1'])
  })
})
