import { catalogue } from '@forecourt/contracts/catalogue'
import type { EventContract } from '@forecourt/contracts/event'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { breachesOf } from './compatibility.ts'
import { findingsNow, findingsOf } from './findings.ts'
import { promisesOf, readReleases, unfrozen, type Release } from './release.ts'
import { readSamples } from './samples.ts'

const samples = readSamples()
const release: Release = { version: '1.2.0', ...promisesOf(catalogue, samples) }

/** What is found when one event of the house is another than it was in the release. */
function foundWith(changed: EventContract): string[] {
  const contracts = catalogue.map((contract) => {
    return contract.name === changed.name ? changed : contract
  })
  const promises = promisesOf(contracts, samples)
  return findingsOf({ catalogue: contracts, samples, promises, releases: [release] })
}

test('the house keeps what its releases promised', () => {
  expect(readReleases().length).toBeGreaterThan(0)
  expect(findingsNow()).toEqual([])
})

test('what was written down is what is read again', () => {
  const read = JSON.parse(JSON.stringify(release)) as Release
  const promises = promisesOf(catalogue, samples)
  expect(findingsOf({ catalogue, samples, promises, releases: [read] })).toEqual([])
})

for (const contract of catalogue) {
  test(`no field of ${contract.name} can go, change its need or its kind unnoticed`, () => {
    const then: Release = { version: '1.2.0', ...promisesOf([contract], []) }
    for (const [name, field] of Object.entries(contract.data.shape)) {
      const { [name]: _, ...others } = contract.data.shape
      const turned = field.isOptional() ? z.unknown() : field.optional()
      const other = z.object({ other: z.string() })
      for (const shape of [others, { ...others, [name]: turned }, { ...others, [name]: other }]) {
        const now = promisesOf([{ ...contract, data: z.object(shape) }], [])
        expect(breachesOf(then, now).join()).toContain(`1.2.0 has it: \`${name}\``)
      }
    }
  })
}

test('a field must say what it means before outsiders are promised it', () => {
  const contract = catalogue.find(({ spec }) => spec.audience === 'public')
  if (!contract) throw new Error('No event is public.')
  const mute = contract.data.extend({ weight: z.number().optional() })
  expect(foundWith({ ...contract, data: mute }).join()).toContain('`weight` does not say')
})

test('an event says the same to its sender and to its reader', () => {
  const [contract] = catalogue
  if (!contract) throw new Error('The catalogue is empty.')
  const twofold = contract.data.extend({ weight: z.number().default(7) })
  expect(foundWith({ ...contract, data: twofold }).join()).toContain('use no default')
})

test('a version cannot be released without writing down what it promises', () => {
  const changelog = '# Changelog\n\n## 1.3.0 (unreleased)\n\n## 1.2.0\n\n## 1.1.0 (2026-11-21)\n'
  expect(unfrozen(changelog, [release])).toEqual(['1.1.0'])
})
