import { catalogue } from '@forecourt/contracts/catalogue'
import { recordOf } from '@forecourt/platform/cloud-event'
import { expect, test } from 'vitest'
import { services } from '../services.ts'
import { asyncApi, headers } from './asyncapi.ts'

interface Message {
  'x-heard-by': string[]
  examples: { headers: object; payload: object }[]
}

const document = asyncApi(services)
const { messages, schemas } = document['components'] as {
  messages: Record<string, Message>
  schemas: Record<string, { properties: object }>
}
const hidden = catalogue.filter(({ spec }) => spec.audience === 'internal')
const shown = catalogue.filter(({ spec }) => spec.audience === 'public')

test('outsiders are told of every public event, and of no internal one', () => {
  const text = JSON.stringify(document)
  expect(hidden.length).toBeGreaterThan(0)
  expect(hidden.filter(({ name, topic }) => text.includes(name) || text.includes(topic))).toEqual(
    [],
  )
  expect(Object.keys(messages).toSorted()).toEqual(shown.map(({ type }) => type).toSorted())
})

test('no field of an internal event is described to outsiders', () => {
  const known = new Set(shown.flatMap(({ data }) => Object.keys(data.shape)))
  const secret = hidden
    .flatMap(({ data }) => Object.keys(data.shape))
    .filter((field) => !known.has(field))
  const told = Object.values(schemas).flatMap(({ properties }) => Object.keys(properties))
  const shownInExamples = Object.values(messages).flatMap(({ examples }) =>
    examples.flatMap(({ payload }) => Object.keys(payload)),
  )
  expect(secret).toContain('destination')
  expect([...told, ...shownInExamples].filter((field) => secret.includes(field))).toEqual([])
})

test('every event has an example, and says who hears it', () => {
  const mute = Object.entries(messages).filter(([, { examples }]) => examples.length === 0)
  expect(mute).toEqual([])
  const registered = messages['forecourt.customer-vehicle.customer.registered.v1']
  expect(registered?.['x-heard-by']).toContain('notification')
  // Every service knows the roles, although none of them says so in its table of contents.
  const defined = messages['forecourt.identity.role.defined.v1']
  expect(defined?.['x-heard-by']).toEqual(services.map(({ name }) => name).toSorted())
})

test('the headers that are described are those that the relay sends', () => {
  const cause = { ce_correlationid: 'c', ce_causationid: 'e', traceparent: 't' }
  const { headers: sent } = recordOf('identity', {
    ...{ seq: 1, id: 'i', topic: 't', key: 'k', type: 'y', subject: 'k', version: 1, data: null },
    ...{ headers: cause, createdAt: '2026-11-21T08:30:15.842361Z' },
  })
  expect(Object.keys(headers.properties).toSorted()).toEqual(Object.keys(sent).toSorted())
  const optional = new Set(['ce_causationid', 'traceparent'])
  const always = Object.keys(sent).filter((name) => !optional.has(name))
  expect(headers.required.toSorted()).toEqual(always.toSorted())
})

test('a reader who validates by the document is not stopped by a field that comes later', () => {
  expect(JSON.stringify(schemas)).not.toContain('"additionalProperties":false')
})
