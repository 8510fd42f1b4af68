import type { EventContract } from '@forecourt/contracts/event'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { breachesOf } from './compatibility.ts'
import { promisesOf } from './release.ts'
import type { Sample } from './samples.ts'

const Owner = z.object({ name: z.string().describe('Their name.') })
const released = {
  bicycleId: z.string().meta({ format: 'uuid' }),
  color: z.enum(['red', 'blue']),
  gears: z.number().int().max(30).nullable(),
  bell: z.boolean().optional(),
  owners: z.array(Owner),
  extras: z.record(z.string(), z.string()),
}
const topic: EventContract['spec'] = {
  class: 'reference',
  audience: 'public',
  about: 'Bicycles.',
}
const bought: EventContract = {
  name: 'identity.user.bought.v1',
  type: 'forecourt.identity.user.bought.v1',
  topic: 'forecourt.identity.user.v1',
  service: 'identity',
  spec: topic,
  key: 'bicycleId',
  about: 'A bicycle was bought.',
  data: z.object(released),
}
const sample: Sample = {
  place: 'identity.user.v1/bought.1.json',
  event: bought.name,
  number: 1,
  data: { color: 'red' },
}

/** What is told when these contracts stand where `bought` was released. */
function breaches(...now: Partial<EventContract>[]): string[] {
  const release = { version: '1.2.0', ...promisesOf([bought], [sample]) }
  const contracts = now.map((changes) => ({ ...bought, ...changes }))
  return breachesOf(release, promisesOf(contracts, [sample]))
}

function withField(field: z.ZodRawShape): Partial<EventContract> {
  return { data: z.object({ ...released, ...field }) }
}

function without(field: keyof typeof released): Pick<EventContract, 'data'> {
  const { [field]: _, ...rest } = released
  return { data: z.object(rest) }
}

const allowed: Record<string, Partial<EventContract>[]> = {
  'nothing changes': [{}],
  'an optional field comes': [withField({ weight: z.number().optional() })],
  'an optional field comes further in': [
    withField({ owners: z.array(Owner.extend({ since: z.string().optional() })) }),
  ],
  'an event type comes': [{}, { name: 'identity.user.sold.v1' }],
  'a topic comes': [{}, { name: 'identity.role.sold.v1', topic: 'forecourt.identity.role.v1' }],
  'words change': [withField({ color: released.color.describe('Its color.') }), { about: 'Else.' }],
  'the values of a list change places': [withField({ color: z.enum(['blue', 'red']) })],
  'the sender is closed': [{ data: z.strictObject(released) }],
}

test.each(Object.entries(allowed))('a release is kept when %s', (_, now) => {
  expect(breaches(...now)).toEqual([])
})

const refused: [string, Partial<EventContract>[], RegExp][] = [
  ['an event goes', [], /the event is gone/],
  ['a topic goes', [], /^forecourt\.identity\.user\.v1, .*the topic is gone/],
  ['a field goes', [without('extras')], /`extras` is gone/],
  ['an optional field goes', [without('bell')], /`bell` is gone/],
  [
    'a field is renamed',
    [{ data: without('color').data.extend({ paint: released.color }) }],
    /`color` is gone[^]+`paint` is new and required/,
  ],
  ['a field comes that is required', [withField({ weight: z.number() })], /`weight` is new/],
  [
    'a field further in comes that is required',
    [withField({ owners: z.array(Owner.extend({ since: z.string() })) })],
    /`owners\[\]\.since` is new and required/,
  ],
  ['a field further in goes', [withField({ owners: z.array(z.object({})) })], /`owners\[\]\.name`/],
  [
    'what is required turns optional',
    [withField({ color: released.color.optional() })],
    /`color` was required and is optional/,
  ],
  [
    'what is optional turns required',
    [withField({ bell: z.boolean() })],
    /`bell` was optional and is required/,
  ],
  ['what was never null may be', [withField({ extras: released.extras.nullable() })], /`extras`/],
  ['what may be null never is', [withField({ gears: z.number().int().max(30) })], /`gears`/],
  ['a list of values shrinks', [withField({ color: z.enum(['red']) })], /no longer be blue/],
  ['a list of values grows', [withField({ color: z.enum(['red', 'blue', 'teal']) })], /be teal/],
  ['a list of values opens', [withField({ color: z.string() })], /`color` changed: enum/],
  ['a type changes', [withField({ bell: z.string().optional() })], /"boolean" and is "string"/],
  ['a type narrows', [withField({ extras: z.record(z.string(), z.literal('x')) })], /`extras`/],
  ['a bound narrows', [withField({ gears: z.number().int().max(20).nullable() })], /30 and is 20/],
  ['a bound widens', [withField({ gears: z.number().int().max(40).nullable() })], /30 and is 40/],
  ['a format goes', [withField({ bicycleId: z.string() })], /format was "uuid" and is nothing/],
  [
    'a field is encrypted that was not',
    [withField({ bicycleId: released.bicycleId.meta({ 'x-encrypted': true }) })],
    /x-encrypted was nothing and is true/,
  ],
  ['the key changes', [{ key: 'color' }], /its key was `bicycleId` and is `color`/],
  ['the topic changes', [{ topic: 'forecourt.identity.role.v1' }], /and stands on/],
  ['the class changes', [{ spec: { ...topic, class: 'ledger' } }], /its class was reference/],
  ['what was public is hidden', [{ spec: { ...topic, audience: 'internal' } }], /is internal/],
  ['records are kept for less time', [{ spec: { ...topic, retentionMs: 1 } }], /for less/],
]

test.each(refused)('a release is broken when %s', (_, now, told) => {
  const found = breaches(...now)
  expect(found.join('\n')).toMatch(told)
  const form = /1\.2\.0 has it: .+ what is new is .+v2\.$/
  expect(found.filter((sentence) => !form.test(sentence))).toEqual([])
})

test('the number of partitions is part of the promise, because a key would move', () => {
  const now = promisesOf([bought], [sample])
  const topics = Object.fromEntries(
    Object.entries(now.topics).map(([name, then]) => [name, { ...then, partitions: 3 }]),
  )
  const release = { version: '1.2.0', ...now, topics }
  expect(breachesOf(release, now).join()).toContain('it had 3 partitions and has 6')
})

test('what was internal may become public', () => {
  const internal = { ...bought, spec: { ...topic, audience: 'internal' as const } }
  const release = { version: '1.2.0', ...promisesOf([internal], []) }
  expect(breachesOf(release, promisesOf([bought], []))).toEqual([])
})

test('a released sample stays, word for word, whatever comes beside it', () => {
  const release = { version: '1.2.0', ...promisesOf([bought], [sample]) }
  const newer = { ...sample, place: 'identity.user.v1/bought.2.json', number: 2 }
  const edited = { ...sample, data: { color: 'blue' } }
  const after = (...samples: Sample[]) => breachesOf(release, promisesOf([bought], samples))
  expect(after(sample, newer)).toEqual([])
  expect(after(newer)).toEqual([
    'identity.user.v1/bought.1.json: 1.2.0 has it otherwise. Restore it, and add a newer one.',
  ])
  expect(after(edited)).toHaveLength(1)
})
