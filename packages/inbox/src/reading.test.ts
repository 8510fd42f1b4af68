import { describe, expect, test } from 'vitest'
import { codesIn } from './message.ts'
import { mailerOf, MUMBAI, openInbox, PUNE, read, SENDER, twilioOf } from './test-clients.ts'

async function openFilledInbox() {
  const inbox = await openInbox()
  const client = twilioOf(inbox.httpUrl)
  const body = 'Your OTP is 482913. It is valid for 5 minutes.'
  await client.messages.create({ to: PUNE, from: SENDER, body })
  await client.messages.create({ to: `whatsapp:${PUNE}`, from: `whatsapp:${SENDER}`, body })
  await client.messages.create({
    to: MUMBAI,
    from: SENDER,
    body: '<script>alert(1)</script> & "x"',
  })
  await mailerOf(inbox.smtpPort).sendMail({
    from: 'no-reply@forecourt.test',
    to: 'asha@forecourt.test',
    subject: 'Welcome <b>',
    html: '<html><head></head><body><a href="/track">Track</a></body></html>',
  })
  return inbox
}

describe('GET /messages', () => {
  test('answers the newest first, by channel and exact recipient, up to a limit', async () => {
    const { httpUrl } = await openFilledInbox()
    const channels = async (query: string) =>
      (await read(httpUrl, query)).map(({ channel }) => channel)

    expect(await channels('')).toEqual(['email', 'sms', 'whatsapp', 'sms'])
    expect(await channels('?limit=2')).toEqual(['email', 'sms'])
    expect(await channels('?channel=sms')).toEqual(['sms', 'sms'])
    expect(await channels(`?to=${encodeURIComponent(PUNE)}`)).toEqual(['whatsapp', 'sms'])
    expect(await channels(`?to=${PUNE}&channel=sms`)).toEqual(['sms'])
    expect(await channels(`?to=${PUNE.slice(1)}`)).toEqual([])
  })

  test.each(['?limit=0', '?limit=many', '?channel=fax'])('refuses %s', async (query) => {
    const { httpUrl } = await openInbox()
    expect((await fetch(`${httpUrl}/messages${query}`)).status).toBe(400)
  })

  test('answers 304 to a reader that has everything already', async () => {
    const { httpUrl } = await openInbox()
    const ask = async (etag: string) =>
      fetch(`${httpUrl}/messages`, { headers: { 'if-none-match': etag } })
    const tag = (await ask('')).headers.get('etag') ?? ''

    expect((await ask(tag)).status).toBe(304)
    await twilioOf(httpUrl).messages.create({ to: PUNE, from: SENDER, body: 'x' })
    expect((await ask(tag)).status).toBe(200)
  })
})

describe('The page', () => {
  test('shows every message, its text escaped and its one-time code ready to copy', async () => {
    const { httpUrl } = await openFilledInbox()

    const answer = await fetch(httpUrl)
    const page = await answer.text()

    expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'")
    expect(page.match(/<article/g)).toHaveLength(4)
    expect(page).not.toContain('<script>alert')
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;')
    expect(page).toContain('<h2>Welcome &lt;b&gt;</h2>')
    expect(page.match(/class="code" value="482913"/g)).toHaveLength(2)
    expect(page).toContain('Your OTP is <mark>482913</mark>. It is valid for 5 minutes.')
  })

  test('filters by channel and recipient', async () => {
    const { httpUrl } = await openFilledInbox()
    const articles = async (query: string) =>
      (await (await fetch(`${httpUrl}/${query}`)).text()).match(/<article/g)?.length

    expect(await articles('?channel=sms&to=')).toBe(2)
    expect(await articles(`?channel=sms&to=${encodeURIComponent(PUNE)}`)).toBe(1)
  })

  test.each([
    ['/dev/inbox', '/dev/inbox/inbox.js', '/dev/inbox?channel=sms', '/dev/inbox/messages/EM'],
    [undefined, 'inbox.js', './?channel=sms', 'messages/EM'],
    ['"><script>', 'inbox.js', './?channel=sms', 'messages/EM'],
  ])('links below the prefix %s', async (prefix, script, channel, frame) => {
    const { httpUrl } = await openFilledInbox()

    const headers: Record<string, string> = prefix ? { 'x-forwarded-prefix': prefix } : {}
    const page = await (await fetch(httpUrl, { headers })).text()

    expect(page).toContain(`src="${script}"`)
    expect(page).toContain(`href="${channel}"`)
    expect(page).toContain(`<iframe src="${frame}`)
  })

  test('shows HTML in a frame that runs nothing and whose links open beside it', async () => {
    const { httpUrl } = await openFilledInbox()
    const [email] = await read(httpUrl, '?channel=email')

    const answer = await fetch(`${httpUrl}/messages/${email?.id}/html`)

    const policy = answer.headers.get('content-security-policy')
    expect(policy).toMatch(
      /^sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'/,
    )
    expect(await answer.text()).toContain('<head><base target="_blank"></head>')
  })

  test.each([
    ['inbox.css', 'text/css'],
    ['inbox.js', 'text/javascript'],
  ])('serves %s beside it', async (name, type) => {
    const { httpUrl } = await openInbox()
    const answer = await fetch(`${httpUrl}/${name}`)
    expect(answer.headers.get('content-type')).toContain(type)
    expect((await answer.text()).length).toBeGreaterThan(500)
  })
})

describe('A one-time code', () => {
  test.each([
    ['Your OTP is 482913.', ['482913']],
    ['482913 is your verification code', ['482913']],
    ['तुमचा ओटीपी 482913 आहे', ['482913']],
    ['Your Reference ID: CUST-MH12-000145', []],
    ['Ref Code: CUST-MH12-000145, PIN code 411001', []],
    ['Pay 250000 to +919820012345', []],
    ['Your OTP for +919820012345 is 1234', ['1234']],
  ])('is told from other numbers: %s', (text, codes) => {
    expect(codesIn(text)).toEqual(codes)
  })
})
