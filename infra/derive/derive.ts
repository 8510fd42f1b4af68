import { mkdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { ownDocument, ownEndpoints } from '@forecourt/gateway/docs'
import { GATEWAY, mergeDocuments } from '@forecourt/gateway/openapi'
import { documentOf } from '@forecourt/platform/openapi'
import { services } from '../services.ts'
import { asyncApi } from './asyncapi.ts'
import { endpointLines, eventLines, stateDiagram } from './listings.ts'
import { metricLines } from './metrics.ts'
import { permissionLines } from './permissions.ts'
import { securityLines } from './security.ts'

const FOLDER = new URL('../../docs/derived/', import.meta.url)

/** Everything that is written from the code for people to review. */
async function derive(): Promise<Map<string, string>> {
  const documents = await Promise.all(
    services.map(async (service) => ({
      service: service.name,
      document: await documentOf(service),
    })),
  )
  const files = new Map<string, string>([
    ['openapi.json', json(mergeDocuments([...documents, await ownDocument()]))],
    ['asyncapi.json', json(asyncApi(services))],
    ['endpoints.txt', endpointLines([...services, { name: GATEWAY, endpoints: ownEndpoints }])],
    ['events.txt', eventLines()],
    ['metrics.md', await metricLines()],
    ['permissions.md', permissionLines(services.flatMap(({ endpoints }) => endpoints))],
    ['security.md', securityLines()],
  ])
  for (const { lifecycles = {} } of services) {
    for (const [noun, lifecycle] of Object.entries(lifecycles)) {
      files.set(`states/${noun}.mmd`, stateDiagram(lifecycle))
    }
  }
  return files
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/** Writes the files, or with `--check` only says which of them are not as the code is. */
async function run(): Promise<void> {
  const files = await derive()
  const stale = [...files].filter(([name, text]) => {
    const file = new URL(name, FOLDER)
    return !existsSync(file) || readFileSync(file, 'utf8') !== text
  })
  if (process.argv.includes('--check')) {
    for (const [name] of stale) process.stderr.write(`docs/derived/${name} is not fresh.\n`)
    if (stale.length > 0) process.stderr.write('Run `pnpm derive` and commit what it writes.\n')
    process.exitCode = stale.length > 0 ? 1 : 0
    return
  }
  for (const [name, text] of stale) {
    const file = new URL(name, FOLDER)
    mkdirSync(dirname(file.pathname), { recursive: true })
    writeFileSync(file, text)
    process.stdout.write(`docs/derived/${name} written\n`)
  }
}

await run()
