import { catalogue } from '@forecourt/contracts/catalogue'
import type { EventContract } from '@forecourt/contracts/event'
import { Id, Sealed } from '@forecourt/contracts/event'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { digestOf, faultsOf, newestOf, nextPlace, readSamples, type Sample } from './samples.ts'

const samples = readSamples()

test('every event has a sample, true to it', () => {
  expect(faultsOf(samples, catalogue)).toEqual([])
})

for (const { place, event, data } of samples) {
  test(`${place} may grow: a field that a reader does not know is dropped`, () => {
    const contract = catalogue.find(({ name }) => name === event)
    expect(contract?.data.parse({ ...data, addedLater: 1 })).toEqual(data)
  })
}

const ID = '019cacf6-01c3-7c1e-8a40-5b7d1f0e92c3'
const SEALED = `1.${'x'.repeat(40)}`
const base = catalogue.find(({ name }) => name === 'identity.user.created.v1')
const Bicycle = z.object({
  bicycleId: Id,
  owner: Sealed.nullable(),
  parts: z.array(z.object({ name: z.string() })),
  bell: z.boolean().optional(),
})
const good = { bicycleId: ID, owner: SEALED, parts: [{ name: 'saddle' }], bell: true }

function judged(...said: object[]): string[] {
  if (!base) throw new Error('The catalogue has no user.')
  const contract: EventContract = { ...base, key: 'bicycleId', data: Bicycle }
  return faultsOf(said.map(sampleOf), [contract])
}

function sampleOf(data: object, at: number): Sample {
  const place = `identity.user.v1/created.${at + 1}.json`
  return { place, event: 'identity.user.created.v1', number: at + 1, data: { ...data } }
}

test('a good sample is left alone', () => {
  expect(judged(good)).toEqual([])
})

const faulty: [string, object[], string][] = [
  ['is missing', [], 'pnpm sample identity.user.created.v1'],
  ['cannot be read', [{ ...good, parts: null }, good], "created.1.json: today's reader refuses it"],
  ['says more than its sender may', [{ ...good, extra: 1 }], 'its sender may not say'],
  ['says more further in', [{ ...good, parts: [{ name: 'x', extra: 1 }] }], 'may not say'],
  ['shows a person in clear', [{ ...good, owner: 'Ravi' }], '`owner` is not encrypted'],
  ['breaks a format', [{ ...good, bicycleId: '7' }], '`bicycleId` is no uuid'],
  ['was left unfinished', [{ ...good, parts: [{ name: '…' }] }], '`parts[].name` still waits'],
  ['leaves a field out', [{ ...good, bell: undefined }], 'no sample shows `bell`'],
  ['leaves a field out further in', [{ ...good, parts: [] }], 'no sample shows `parts[].name`'],
]

test.each(faulty)('a sample is refused that %s', (_, said, told) => {
  expect(judged(...said).join('\n')).toContain(told)
})

test('a sample of an event that nobody knows is refused', () => {
  const [stray] = [sampleOf(good, 0)]
  expect(faultsOf([stray], [])).toEqual(['identity.user.v1/created.1.json: no such event'])
})

test('an older sample may say less than its sender says today', () => {
  expect(judged({ ...good, bell: undefined }, good)).toEqual([])
})

test('the newest sample is the one of the highest number, and the next one follows it', () => {
  if (!base) throw new Error('The catalogue has no user.')
  const many = Array.from({ length: 10 }, (_, at) => sampleOf(good, at))
  expect(newestOf(many, base.name)?.number).toBe(10)
  expect(nextPlace(base, many).pathname).toMatch(/identity\.user\.v1\/created\.11\.json$/)
})

test('a digest is of what a sample says, not of how it is laid out', () => {
  const data = JSON.parse(JSON.stringify(good, null, 4)) as Sample['data']
  expect(digestOf({ ...sampleOf(good, 0), data })).toBe(digestOf(sampleOf(good, 0)))
  expect(digestOf(sampleOf({ ...good, bell: false }, 0))).not.toBe(digestOf(sampleOf(good, 0)))
})
