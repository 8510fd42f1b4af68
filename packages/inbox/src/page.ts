import { codesIn, type Attachment, type Channel, type Message } from './message.ts'

const CHANNELS = { sms: 'SMS', whatsapp: 'WhatsApp', email: 'E-mail' } satisfies Record<
  Channel,
  string
>

/** What is being looked at, and from where; prefix '' is relative to the page itself. */
type Place = { channel: Channel | undefined; to: string | undefined; prefix: string }

/** The whole page. Its links work below any prefix, which ends without a slash. */
export function renderPage({ messages, ...place }: Place & { messages: Message[] }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Inbox · Forecourt</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${linkTo(place, 'inbox.css')}">
<script type="module" src="${linkTo(place, 'inbox.js')}"></script>
</head>
<body>
<header class="bar">
<h1>Inbox</h1>
<p id="pulse" role="status" data-state="live">live</p>
<nav aria-label="Channel">${renderChannels(place)}</nav>
${renderSearch(place, messages)}
</header>
<main id="messages">${messages.map((message) => renderMessage(message, place)).join('')}</main>
<p class="empty">No message here yet. Every SMS, WhatsApp and e-mail
that Forecourt sends on this machine shows on this page.</p>
</body>
</html>
`
}

function renderChannels(place: Place): string {
  const link = (channel: Channel | undefined, name: string) => {
    const current = channel === place.channel ? ' aria-current="page"' : ''
    return `<a href="${pageLink({ ...place, channel })}"${current}>${name}</a>`
  }
  const named = Object.entries(CHANNELS) as [Channel, string][]
  return [link(undefined, 'All'), ...named.map(([channel, name]) => link(channel, name))].join('')
}

function renderSearch({ channel, to, prefix }: Place, messages: Message[]): string {
  const recipients = [...new Set(messages.map((message) => message.to))].slice(0, 50)
  const options = recipients.map((recipient) => `<option value="${escape(recipient)}">`).join('')
  return `<form method="get" role="search"${prefix === '' ? '' : ` action="${escape(prefix)}"`}>
${channel ? `<input type="hidden" name="channel" value="${channel}">` : ''}
<input type="search" name="to" value="${escape(to ?? '')}" list="recipients" autocomplete="off"
 spellcheck="false" placeholder="Number or e-mail address" aria-label="Recipient">
<datalist id="recipients">${options}</datalist>
</form>`
}

function renderMessage(message: Message, place: Place): string {
  const { id, channel, to, template, sentAt, text } = message
  const codes = codesIn(channel === 'email' ? `${message.subject}\n${text}` : text)
  const copies = codes.map(
    (code) => `<button type="button" class="code" value="${code}" title="Copy">${code}</button>`,
  )
  const words = `<p class="text">${renderText(text, codes)}</p>`
  return `<article id="${escape(id)}" class="${channel}">
<header>
<span class="channel">${CHANNELS[channel]}</span>
<a class="to" href="${pageLink({ ...place, to })}" title="Only this recipient">${escape(to)}</a>
${copies.join('')}
${template === null ? '' : `<span class="template">${escape(template)}</span>`}
<time datetime="${sentAt}">${sentAt.slice(0, 19).replace('T', ' ')} UTC</time>
</header>
${channel === 'email' ? renderEmail(message, words, place) : words}
</article>`
}

function renderEmail(email: Message & { channel: 'email' }, words: string, place: Place): string {
  const { id, subject, html, text, attachments } = email
  const heading = `<h2>${escape(subject) || '(no subject)'}</h2>`
  if (html === null) return `${heading}${words}${renderAttachments(id, attachments, place)}`
  return `${heading}
<iframe src="${linkTo(place, `messages/${id}/html`)}" title="${escape(subject)}" loading="lazy"
 sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>
${text === '' ? '' : `<details><summary>Plain text</summary>${words}</details>`}
${renderAttachments(id, attachments, place)}`
}

function renderAttachments(id: string, attachments: Attachment[], place: Place): string {
  if (attachments.length === 0) return ''
  const items = attachments.map(({ name, size }, index) => {
    const href = linkTo(place, `messages/${id}/attachments/${index}`)
    const link = `<a href="${href}" target="_blank" rel="noopener">${escape(name)}</a>`
    return `<li>${link} <small>${sizeOf(size)}</small></li>`
  })
  return `<ul class="attachments">${items.join('')}</ul>`
}

function renderText(text: string, codes: string[]): string {
  if (codes.length === 0) return escape(text)
  const standingAlone = `(?<![\\p{L}\\p{N}_+&#-])(?:${codes.join('|')})(?![\\p{L}\\p{N}_-])`
  return escape(text).replace(new RegExp(standingAlone, 'gu'), '<mark>$&</mark>')
}

function sizeOf(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`
  if (bytes < 1_048_576) return `${Math.round(bytes / 1_024)} KB`
  return `${(bytes / 1_048_576).toFixed(1)} MB`
}

function linkTo({ prefix }: Place, path: string): string {
  return escape(prefix === '' ? path : `${prefix}/${path}`)
}

function pageLink({ channel, to, prefix }: Place): string {
  const query = new URLSearchParams({ ...(channel && { channel }), ...(to && { to }) }).toString()
  return escape(`${prefix === '' ? './' : prefix}${query && `?${query}`}`)
}

/** An e-mail's HTML with links that open beside the page, for a frame cannot leave its sandbox. */
export function renderEmailHtml(html: string): string {
  const base = '<base target="_blank">'
  return /<head[^>]*>/i.test(html) ? html.replace(/<head[^>]*>/i, `$&${base}`) : `${base}${html}`
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
