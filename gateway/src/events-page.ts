import type { EventCatalogue, EventEntry, FieldEntry, TopicEntry } from './event-catalogue.ts'
import { SCRIPT, STYLE } from './events-page-look.ts'

/** The catalogue as one page that needs nothing from elsewhere. */
export function renderEvents({ topics, headers }: EventCatalogue): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Events · Forecourt</title><link rel="icon" href="data:,"><style>${STYLE}</style></head>
<body><a class="skip" href="#events">Skip to the events</a>
<header><h1>Events</h1>
<p>What Forecourt says on Kafka to everybody who may listen: facts in the past tense, CloudEvents in
JSON, in order for each key. Programs read the same in the <a href="/docs/asyncapi.json">AsyncAPI
document</a>. What may be asked and commanded is the <a href="/docs">API</a>.</p>
<p><a href="#listening">How to listen</a> · <a href="#headers">What every record carries</a> ·
<a href="#events">Events</a></p></header>
<main>
${LISTENING}
<h2 id="headers">What every record carries</h2>
<p>The attributes of CloudEvents 1.0 are headers of the Kafka record. Its value is the JSON that
each event describes below; a record without a value says that its key is gone.</p>
${fields(headers)}
<h2 id="events">Events</h2>
<p>A field is always there unless it is marked as optional.</p>
<div id="find" role="search" hidden><label for="search">Find an event by a word of its name, its
fields or its meaning</label><br><input id="search" type="search" autocomplete="off">
<p id="found" role="status"></p></div>
<nav aria-label="Events"><ul>
${topics.flatMap(({ events }) => events.map(link)).join('\n')}
</ul></nav>
${topics.map(topicSection).join('\n')}
</main><script>${SCRIPT}</script></body></html>
`
}

const LISTENING = `<h2 id="listening">How to listen</h2>
<pre tabindex="0" aria-label="Settings of a consumer">group.id=&lt;your company&gt;.&lt;purpose&gt;
auto.offset.reset=earliest
enable.auto.commit=false</pre>
<ol>
<li><strong>Take a consumer group of your own</strong> for each purpose. The programs of one group
share the partitions of a topic; each group hears everything.</li>
<li><strong>Begin at the beginning.</strong> A new group starts from the earliest offset: a ledger
topic then brings all that ever happened, a reference topic the newest state of every key. That
builds a whole copy, and you need not ask us for anything else. To build it again, empty it and
start a new group.</li>
<li><strong>Commit an offset after its effect is kept</strong>, never before. A crash in between
brings the same record again.</li>
<li><strong>Count an event once.</strong> Delivery is at least once: keep <code>ce_id</code> in
the same transaction as the effect, and drop a record whose id you have.</li>
<li><strong>Trust the order within a key, and no other.</strong> All records of one key stand in
one partition. <code>ce_sequence</code> is the version of the noun: it rises by one with each
event of a ledger topic; a reference topic may leave older ones out. Keep the last number for each
key and drop what is not above it.</li>
<li><strong>Ignore what you do not know.</strong> New events (<code>ce_type</code>) and new fields
come without notice. What is here stays: no field is renamed, removed, or given another type or
meaning. What would break that comes as a topic of its own, which ends in <code>.v2</code>.</li>
<li><strong>Encrypted fields</strong> are readable with a key that we give apart, to whom may know
the person. Without it you see the facts and not the person. A record without a value tells that a
person was erased: erase your copy.</li>
</ol>`

function link({ name }: EventEntry): string {
  return `<li><a href="#${escape(name)}">${breakable(name)}</a></li>`
}

function topicSection(topic: TopicEntry): string {
  const { about, retention, partitions, sentBy, events } = topic
  return `<section class="topic" id="${escape(topic.topic)}">
<h3><code>${breakable(topic.topic)}</code></h3>
<p>${escape(about)}</p>
${facts({
  'Sent by': escape(sentBy),
  Class: `${escape(topic.class)}: ${escape(CLASSES[topic.class] ?? '')}`,
  Retention: escape(retention),
  Partitions: String(partitions),
})}
${events.map(eventArticle).join('\n')}
</section>`
}

const CLASSES: Record<string, string> = {
  ledger: 'every event is a fact of its own; no gaps within a key.',
  reference: 'every event carries the whole public state of its noun.',
  transport: 'something on its way, soon forgotten.',
}

function eventArticle({ name, type, about, key, heardBy, fields: all, example }: EventEntry) {
  const id = escape(name)
  return `<article id="${id}"><h4><a href="#${id}">${breakable(name)}</a></h4>
<p>${escape(about)}</p>
${facts({
  ce_type: `<code>${breakable(type)}</code>`,
  Key: `<code>${escape(key)}</code>`,
  'Heard by': heardBy.length === 0 ? 'nobody in this house' : escape(heardBy.join(', ')),
})}
${fields(all)}
${example ? exampleOf(name, example) : ''}</article>`
}

function exampleOf(name: string, { headers, value }: NonNullable<EventEntry['example']>): string {
  const lines = Object.entries(headers).map(([header, said]) => `${header}: ${said}`)
  const label = (what: string) => `tabindex="0" aria-label="${what} of ${escape(name)}"`
  return `<details open><summary>Example</summary>
<pre ${label('Example value')}>${escape(JSON.stringify(value, null, 2))}</pre></details>
<details><summary>Its headers</summary>
<pre ${label('Example headers')}>${escape(lines.join('\n'))}</pre></details>`
}

function facts(said: Record<string, string>): string {
  const rows = Object.entries(said).map(([name, html]) => `<dt>${name}</dt><dd>${html}</dd>`)
  return `<dl class="facts">${rows.join('\n')}</dl>`
}

function fields(all: FieldEntry[]): string {
  const rows = all.map(({ name, type, about, required, encrypted }) => {
    const marks = [
      ...(required ? [] : ['<span class="mark">optional</span>']),
      ...(encrypted ? ['<span class="mark">personal, encrypted</span>'] : []),
    ]
    return `<div><dt><code>${breakable(name)}</code> ${marks.join(' ')}</dt>
<dd class="kind">${escape(type)}</dd><dd>${escape(about)}</dd></div>`
  })
  return `<dl class="fields">${rows.join('\n')}</dl>`
}

/** A long name breaks behind its dots, so that it fits a narrow screen. */
function breakable(name: string): string {
  return escape(name).replaceAll('.', '.<wbr>')
}

function escape(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character)
}
