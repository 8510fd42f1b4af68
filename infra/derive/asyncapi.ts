import { catalogue } from '@forecourt/contracts/catalogue'
import type { EventContract } from '@forecourt/contracts/event'
import {
  partitionCount,
  topicConfig,
  type TopicClass,
  type TopicSpec,
} from '@forecourt/contracts/topic'
import { recordOf } from '@forecourt/platform/cloud-event'
import { consumersOf } from '@forecourt/platform/groups'
import type { AnyService } from '@forecourt/platform/service'
import { newestOf, readSamples, type Sample } from '../contracts/samples.ts'
import { readerSchema, type Json } from '../contracts/schema.ts'

/** AsyncAPI 3 of the public events: what other companies' systems may subscribe to. */
export function asyncApi(services: AnyService[]): Json {
  const events = catalogue.filter(({ spec }) => spec.audience === 'public')
  const topics = Map.groupBy(events, ({ topic }) => topic)
  const hearers = hearersOf(services)
  const samples = readSamples()
  const messages = events.map((event): [string, Json] => [
    event.type,
    messageOf(event, hearers, samples),
  ])
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Forecourt events',
      version: '1.0.0',
      description: [
        'CloudEvents 1.0 on Kafka, binary mode: attributes are headers, the value is JSON.',
        'Delivery is at least once and ordered per key: drop an event whose `ce_id` you know, or',
        'whose `ce_sequence` is not above the last one seen for its key. On ledger topics it',
        'begins with 1 and has no gaps within a key. On reference topics only the newest state of',
        'a key is kept; a record without a value says that it is gone. `x-class` of a channel says',
        'which it is. Across keys, `ce_time` says the order, `ce_causationid` what led to what.',
        'Unknown fields and event types may appear at any time; a field that is here stays as it',
        'is. Encrypted fields (`x-encrypted`) need a key that is given apart.',
      ].join(' '),
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries([...topics].map(channelOf)),
    operations: Object.fromEntries([...topics].map(operationOf)),
    components: {
      messages: Object.fromEntries(messages),
      schemas: Object.fromEntries(events.map((event) => [event.type, readerSchema(event)])),
      messageTraits: { cloudEvent: { headers } },
    },
  }
}

/** The services that listen to an event, by its name. */
function hearersOf(services: AnyService[]): Map<string, string[]> {
  const heard = services.flatMap((service) =>
    consumersOf(service).flatMap(({ subscriptions }) =>
      subscriptions.map(({ contract }) => ({ service: service.name, event: contract.name })),
    ),
  )
  const byEvent = Map.groupBy(heard, ({ event }) => event)
  return new Map(
    [...byEvent].map(([event, all]) => {
      return [event, [...new Set(all.map(({ service }) => service))].toSorted()]
    }),
  )
}

function channelOf([topic, [first, ...others]]: [string, EventContract[]]): [string, Json] {
  if (!first) throw new Error(`${topic} has no event.`)
  const messages = [first, ...others].map(({ type }): [string, Json] => [
    type,
    { $ref: `#/components/messages/${type}` },
  ])
  const { spec, service } = first
  const channel = {
    address: topic,
    description: spec.about,
    messages: Object.fromEntries(messages),
    'x-class': spec.class,
    'x-retention': retention[spec.class](spec),
    'x-sent-by': service,
    bindings: {
      kafka: {
        topic,
        partitions: partitionCount,
        topicConfiguration: bindingOf(topicConfig(spec)),
        bindingVersion: '0.5.0',
      },
    },
  }
  return [topic, channel]
}

const retention: Record<TopicClass, (spec: TopicSpec) => string> = {
  ledger: () => 'Every record is kept for ever.',
  reference: () => 'The newest record of each key is kept for ever; older ones go after a day.',
  transport: ({ retentionMs = 0 }) => `A record goes after ${retentionMs / 3_600_000} hours.`,
}

const BOUND = new Set(['cleanup.policy', 'retention.ms', 'max.message.bytes'])

/** Kafka's settings as the binding spells them: numbers as numbers, the policy as a list. */
function bindingOf(config: Record<string, string>): Json {
  const entries = Object.entries(config).filter(([name]) => BOUND.has(name))
  return Object.fromEntries(
    entries.map(([name, value]) => [name, name === 'cleanup.policy' ? [value] : Number(value)]),
  )
}

function operationOf([topic]: [string, EventContract[]]): [string, Json] {
  const name = `send.${topic}`
  return [name, { action: 'send', channel: { $ref: `#/channels/${topic}` } }]
}

function messageOf(event: EventContract, hearers: Map<string, string[]>, samples: Sample[]): Json {
  const { name, type, about, key } = event
  const sample = newestOf(samples, name)
  return {
    name: type,
    title: type.split('.').slice(-3, -1).join(' ').replaceAll('-', ' '),
    summary: about,
    traits: [{ $ref: '#/components/messageTraits/cloudEvent' }],
    correlationId: { location: '$message.header#/ce_correlationid' },
    payload: { $ref: `#/components/schemas/${type}` },
    bindings: { kafka: { key: readerSchema(event).properties?.[key], bindingVersion: '0.5.0' } },
    'x-key': key,
    'x-heard-by': hearers.get(name) ?? [],
    ...(sample && { examples: [exampleOf(event, sample)] }),
  }
}

/** A sample with the headers that the relay would give it. */
function exampleOf({ service, topic, type, key }: EventContract, { data }: Sample): Json {
  const { headers } = recordOf(service, {
    ...{ seq: 1, id: '01a1fd3b-7c22-7e5a-8f04-6b9d2c1e7a53', version: 4 },
    ...{ topic, key: String(data[key]), type, subject: String(data[key]), data: null },
    headers: { ce_correlationid: 'c1b5b0f4-7d0e-4f7a-9c53-2a8d1e6f90b7' },
    createdAt: '2026-11-21T08:30:15.842361Z',
  })
  return { name: type, headers, payload: data }
}

/** What every record of ours carries beside its value. */
export const headers = {
  type: 'object',
  required: [
    ...['ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_subject', 'ce_time'],
    ...['ce_dataschema', 'ce_sequence', 'ce_correlationid', 'content-type'],
  ],
  properties: {
    ce_specversion: { type: 'string', const: '1.0', description: 'CloudEvents 1.0.' },
    ce_id: { type: 'string', description: 'Unique per event; the same on a repeated delivery.' },
    ce_source: { type: 'string', description: 'Who says it: forecourt/<service>.' },
    ce_type: { type: 'string', description: 'Name of the event with its major version.' },
    ce_subject: { type: 'string', description: "The noun's id, which is also the record's key." },
    ce_time: { type: 'string', format: 'date-time', description: 'When it happened, UTC.' },
    ce_dataschema: { type: 'string', description: 'Where the schema of the value is described.' },
    ce_sequence: {
      ...{ type: 'string', pattern: '^[1-9][0-9]*$' },
      description: "The noun's version; grows within a key, on ledger topics by one.",
    },
    ce_correlationid: { type: 'string', description: 'The request that all this began with.' },
    ce_causationid: { type: 'string', description: 'The event that led to this one, if one did.' },
    traceparent: { type: 'string', description: 'W3C trace context, where it is traced.' },
    'content-type': { type: 'string', const: 'application/json', description: 'Of the value.' },
  },
}
