import { isDeepStrictEqual } from 'node:util'
import { catalogue as house } from '@forecourt/contracts/catalogue'
import type { EventContract } from '@forecourt/contracts/event'
import { breachesOfApi } from './api.ts'
import { breachesOf } from './compatibility.ts'
import {
  currentApi,
  promisesOf,
  readApis,
  readReleases,
  type Promises,
  type Release,
} from './release.ts'
import { faultsOf, readSamples, type Sample } from './samples.ts'
import { readerSchema, senderSchema } from './schema.ts'

interface Contracts {
  catalogue: EventContract[]
  samples: Sample[]
  promises: Promises
  releases: Release[]
}

/** What stands against the contracts and the API of this house, one sentence each. */
export function findingsNow(): string[] {
  const samples = readSamples()
  const promises = promisesOf(house, samples)
  const api = currentApi()
  return [
    ...findingsOf({ catalogue: house, samples, promises, releases: readReleases() }),
    ...readApis().flatMap(([version, released]) => breachesOfApi(version, released, api)),
  ]
}

/** What stands against these contracts. */
export function findingsOf({ catalogue, samples, promises, releases }: Contracts): string[] {
  return [
    ...catalogue.flatMap(unclear),
    ...faultsOf(samples, catalogue),
    ...releases.flatMap((release) => breachesOf(release, promises)),
  ]
}

function unclear(contract: EventContract): string[] {
  const { name, spec } = contract
  const schema = readerSchema(contract)
  const mute = Object.entries(schema.properties ?? {}).filter(([, field]) => !field.description)
  return [
    ...(isDeepStrictEqual(schema, senderSchema(contract))
      ? []
      : [`${name}: its reader reads what its sender does not say; use no default or transform`]),
    ...(spec.audience === 'public'
      ? mute.map(([field]) => `${name}: \`${field}\` does not say what it means; describe it`)
      : []),
  ]
}
