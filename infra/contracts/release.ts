import { globSync, readFileSync } from 'node:fs'
import type { EventContract } from '@forecourt/contracts/event'
import { partitionCount, type TopicSpec } from '@forecourt/contracts/topic'
import type { ApiDocument } from './api.ts'
import { digestOf, type Sample } from './samples.ts'
import { readerSchema, type Schema } from './schema.ts'

export const RELEASES = new URL('../../docs/releases/', import.meta.url)

export interface TopicPromise extends Pick<TopicSpec, 'class' | 'audience' | 'retentionMs'> {
  partitions: number
}

export interface EventPromise {
  topic: string
  key: string
  schema: Schema
}

/** What all events promise at one moment. */
export interface Promises {
  /** By the topic's name on the bus. */
  topics: Record<string, TopicPromise>
  /** By the event's name. */
  events: Record<string, EventPromise>
  /** Place of a sample → digest of what it says. */
  samples: Record<string, string>
}

/** The promises of one version, which no later one may break. */
export interface Release extends Promises {
  version: string
}

/** What the contracts promise as they stand. */
export function promisesOf(catalogue: EventContract[], samples: Sample[]): Promises {
  return {
    topics: Object.fromEntries(catalogue.map(({ topic, spec }) => [topic, promiseOf(spec)])),
    events: Object.fromEntries(
      catalogue.map((contract) => {
        const { name, topic, key } = contract
        return [name, { topic, key, schema: readerSchema(contract) }]
      }),
    ),
    samples: Object.fromEntries(samples.map((sample) => [sample.place, digestOf(sample)])),
  }
}

function promiseOf({ class: kind, audience, retentionMs }: TopicSpec): TopicPromise {
  return {
    class: kind,
    audience,
    partitions: partitionCount,
    ...(retentionMs !== undefined && { retentionMs }),
  }
}

/** Versions that the changelog tells of as released, and whose promises nobody has written down. */
export function unfrozen(changelog: string, releases: Release[]): string[] {
  const frozen = new Set(releases.map(({ version }) => version))
  return Array.from(changelog.matchAll(/^## (\d+\.\d+\.\d+)(?!.*unreleased)/gm), ([, version]) => {
    return version ?? ''
  }).filter((version) => !frozen.has(version))
}

/** Every version that was released, in the order of their names. */
export function readReleases(): Release[] {
  return globSync('*/events.json', { cwd: RELEASES })
    .toSorted()
    .map((place) => JSON.parse(readFileSync(new URL(place, RELEASES), 'utf8')) as Release)
}

/** The API of each version that was released with it, by version. */
export function readApis(): [string, ApiDocument][] {
  return globSync('*/openapi.json', { cwd: RELEASES })
    .map((place) => place.replaceAll('\\', '/'))
    .toSorted()
    .map((place) => [place.replace(/\/.*/, ''), apiAt(new URL(place, RELEASES))])
}

/** The API as it stands, which `pnpm derive` keeps fresh. */
export function currentApi(): ApiDocument {
  return apiAt(new URL('../derived/openapi.json', RELEASES))
}

function apiAt(file: URL): ApiDocument {
  return JSON.parse(readFileSync(file, 'utf8')) as ApiDocument
}
