// Tells the story of one vehicle, job card or other document from Forecourt's public topics. It
// knows nothing but the document that describes them: docs/derived/asyncapi.json.
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { Kafka, logLevel } from 'kafkajs'

const [file, brokers, subject] = process.argv.slice(2)
if (!subject) {
  console.error('Usage: node follow-a-visit.mjs <asyncapi.json> <host:port,…> <id>')
  process.exit(2)
}
const { channels, components } = JSON.parse(await readFile(file, 'utf8'))
// The keywords that begin with `x-` are notes for people, so the validator is not strict.
const ajv = new Ajv2020({ strict: false })
formats.default(ajv)

const seen = new Set()
const lastSequence = new Map()
const story = inOrder(thatSpeakOf(subject, await readEverything()))
for (const { time, type, key, sequence, data } of story) {
  console.log([time, type, key, `#${sequence}`, data.status ?? ''].join(' ').trimEnd())
}

/** Every event from the beginning of the topics to where they end now. */
async function readEverything() {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.ERROR })
  const topics = Object.values(channels).map(({ address }) => address)
  const unread = await endsOf(kafka, topics)
  const consumer = kafka.consumer({ groupId: `follow-a-visit.${randomUUID()}` })
  await consumer.connect()
  await consumer.subscribe({ topics, fromBeginning: true })
  const events = []
  const allRead = Promise.withResolvers()
  const eachMessage = async ({ topic, partition, message }) => {
    const place = `${topic}/${partition}`
    if (!unread.has(place)) return
    events.push(...read(topic, message))
    if (BigInt(message.offset) + 1n >= unread.get(place)) unread.delete(place)
    if (unread.size === 0) allRead.resolve()
  }
  await consumer.run({ eachMessage: (one) => eachMessage(one).catch(allRead.reject) })
  await allRead.promise.finally(() => consumer.disconnect())
  return events
}

/** Where each partition that holds anything ends: `topic/partition` to its next offset. */
async function endsOf(kafka, topics) {
  const admin = kafka.admin()
  await admin.connect()
  const ends = new Map()
  for (const topic of topics) {
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      if (low !== high) ends.set(`${topic}/${partition}`, BigInt(high))
    }
  }
  await admin.disconnect()
  return ends
}

/** The event of a record; none where it is repeated, of an unknown type, or the end of a noun. */
function read(topic, { key, value, headers: raw }) {
  if (value === null) return []
  const headers = Object.fromEntries(Object.entries(raw).map(([name, text]) => [name, `${text}`]))
  const { ce_id: id, ce_type: type, ce_time: time, ce_sequence } = headers
  if (seen.has(id)) return []
  seen.add(id)
  const channel = channels[topic]
  const stream = `${topic}/${key}`
  const [sequence, last] = [Number(ce_sequence), lastSequence.get(stream) ?? 0]
  const isNext = channel['x-class'] === 'ledger' ? sequence === last + 1 : sequence > last
  if (!isNext) throw new Error(`${stream}: #${sequence} came after #${last}.`)
  lastSequence.set(stream, sequence)
  if (!channel.messages[type]) return []
  const texts = []
  const data = JSON.parse(value, (_name, part) => (texts.push(part), part))
  check(components.messageTraits.cloudEvent.headers, headers, `the headers of ${type}`)
  check(components.schemas[type], data, `${type} ${id}`)
  return [{ stream, key: `${key}`, type, time, sequence, texts: new Set(texts), data }]
}

function check(schema, value, what) {
  const isValid = ajv.validate(schema, value)
  if (!isValid) throw new Error(`${what} is not as described: ${ajv.errorsText()}`)
}

/** Those that name the subject, or a document (key of a ledger topic) that one of them names. */
function thatSpeakOf(id, events) {
  const isDocument = ({ stream }) => channels[stream.split('/')[0]]['x-class'] === 'ledger'
  const documents = new Set(events.filter(isDocument).map(({ key }) => key))
  const known = new Set([id])
  const chosen = new Set()
  for (let before = -1; before < chosen.size;) {
    before = chosen.size
    for (const event of events) {
      if (known.isDisjointFrom(event.texts)) continue
      chosen.add(event)
      for (const named of event.texts.intersection(documents)) known.add(named)
    }
  }
  return events.filter((event) => chosen.has(event))
}

/** By time across keys, and as they came within a key, whatever the clock of its sender said. */
function inOrder(events) {
  // Times have up to six decimals and no closing zeros: without the Z they sort as text.
  const timeOf = ([{ time }]) => time.slice(0, -1)
  const queues = [...Map.groupBy(events, ({ stream }) => stream).values()]
  return events.map(() => {
    const waiting = queues.filter((queue) => queue.length > 0)
    return waiting.reduce((one, other) => (timeOf(other) < timeOf(one) ? other : one)).shift()
  })
}
