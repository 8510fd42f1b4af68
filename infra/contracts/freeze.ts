import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { catalogue } from '@forecourt/contracts/catalogue'
import { findingsNow } from './findings.ts'
import { currentApi, promisesOf, RELEASES, type Release } from './release.ts'
import { readSamples } from './samples.ts'

/**
 * `pnpm freeze 0.2.0`: writes down what all events and the API promise from that version on. A
 * release is written once, and only when it keeps what earlier ones promised. Answers what forbids
 * it.
 */
function freeze(version: string): string[] {
  if (!/^\d+\.\d+\.\d+$/.test(version)) return ['Name the version to release: pnpm freeze 0.2.0']
  const folder = new URL(`${version}/`, RELEASES)
  if (existsSync(folder)) return [`${version} is released; what it promised stays.`]
  const findings = findingsNow()
  if (findings.length > 0) return findings
  const events: Release = { version, ...promisesOf(catalogue, readSamples()) }
  mkdirSync(folder, { recursive: true })
  for (const [name, said] of Object.entries({ events, openapi: currentApi() })) {
    writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(said, null, 2)}\n`)
  }
  console.log(`docs/releases/${version} written: ${catalogue.length} events and the API.`)
  return []
}

const [version = ''] = process.argv.slice(2)
const forbids = freeze(version)
for (const sentence of forbids) console.error(sentence)
process.exitCode = forbids.length > 0 ? 1 : 0
