import { posix } from 'node:path'
import type { House } from './house.ts'
import { packageOf, roomBeside, roomOf, type Client } from './rooms.ts'
import { isTest, type Finding, type Rule } from './rule.ts'
import type { Source, Spot } from './source.ts'

const clients: Client[] = ['fastify', 'ioredis', 'kafkajs', 'pg']

export const importRules: Rule[] = [
  {
    name: 'every-file-has-a-room',
    law: 'Every file stands in a room of infra/check/rooms.ts.',
    instead: 'Give it the folder and the suffix of the room whose question it answers.',
    *find(house) {
      for (const { path } of house.sources) {
        if (!roomOf(path)) yield { file: path, line: 1, found: 'no room has this place or suffix' }
      }
    },
  },
  {
    name: 'rooms-keep-their-doors',
    law: 'A file imports only the rooms that its row in infra/check/rooms.ts names.',
    instead: 'Move the code to a room that may know both, or pass the value in.',
    find: (house) => eachImport(house, closedDoor),
  },
  {
    name: 'services-are-strangers',
    law: 'A service never imports another service.',
    instead: 'Listen to its event and keep what you need, or promise it in packages/contracts.',
    find: (house) =>
      eachImport(house, ({ source, target }) => {
        const [from, to] = [packageOf(source.path), target && packageOf(target)]
        const strangers = from.startsWith('services/') && to?.startsWith('services/') && from !== to
        return strangers ? `imports from ${to}` : undefined
      }),
  },
  {
    name: 'packages-go-by-name',
    law: "Another package is imported by its name and subpath: '@forecourt/contracts/money'.",
    instead: "Write '@forecourt/<package>/<file>', without 'src' and without a relative path.",
    find: (house) =>
      eachImport(house, ({ source, target, specifier }) => {
        const bare = /^@forecourt\/[^/]+$/.test(specifier)
        const climbs = specifier.startsWith('.') && target && !isNear(source.path, target)
        return bare || climbs ? `imports '${specifier}'` : undefined
      }),
  },
  {
    name: 'clients-stay-in-their-rooms',
    law: 'kafkajs, pg, ioredis and fastify live in platform, engines, testing and gateway.',
    instead: 'Use what packages/platform offers: the road, the outbox, the database, the limiter.',
    find: (house) =>
      eachImport(house, ({ source, specifier }) => {
        const room = isTest(source) ? roomBeside(source.path) : roomOf(source.path)
        const client = clients.find((name) =>
          new RegExp(`^(@${name}/|${name}(/|$))`).test(specifier),
        )
        return client && !room?.clients?.includes(client) ? `imports '${specifier}'` : undefined
      }),
  },
  {
    name: 'pure-rooms-know-no-library',
    law: 'A noun file and a contract are pure: no I/O module, no library beyond their row.',
    instead: 'Read and write in the handler or a .queries.ts file, and pass plain values in.',
    find: (house) =>
      eachImport(house, ({ source, target, specifier }) => {
        const libraries = roomOf(source.path)?.libraries
        if (!libraries || target) return undefined
        const known = libraries.some(
          (name) => specifier === name || specifier.startsWith(`${name}/`),
        )
        return known ? undefined : `imports '${specifier}'`
      }),
  },
  {
    name: 'no-circles',
    law: 'Files never import one another in a circle.',
    instead: 'Move what both need into a third file, or pass it as an argument.',
    find: findCircles,
  },
]

interface Import {
  source: Source
  specifier: string
  /** The file in our tree, or undefined for a library. */
  target: string | undefined
}

function* eachImport(
  house: House,
  judge: (imported: Import) => string | undefined,
): Generator<Finding> {
  const packages = packagesIn(house)
  for (const source of house.sources) {
    for (const { line, what: specifier } of source.imports) {
      const target = targetOf(source.path, specifier, packages)
      const found = judge({ source, specifier, target })
      if (found) yield { file: source.path, line, found }
    }
  }
}

function closedDoor({ source, target, specifier }: Import): string | undefined {
  const room = roomOf(source.path)
  const other = target?.endsWith('.ts') ? roomOf(target) : undefined
  if (!room || !other || room.mayImport.includes(other.name)) return undefined
  if (isTest(source) && target) {
    const beside = roomBeside(source.path)
    const near = packageOf(source.path) === packageOf(target)
    if (near || beside?.mayImport.includes(other.name)) return undefined
  }
  return `the ${room.name} room imports '${specifier}' of the ${other.name} room`
}

/** The settings files at the root belong to no package and reach into infra by path. */
function isNear(from: string, to: string): boolean {
  return !from.includes('/') || packageOf(from) === packageOf(to)
}

function packagesIn(house: House): Map<string, string> {
  const folders = new Set(house.sources.map((source) => packageOf(source.path)))
  return new Map([...folders].map((folder) => [posix.basename(folder), folder]))
}

function targetOf(
  from: string,
  specifier: string,
  packages: Map<string, string>,
): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier)
  const [, name = '', subpath = ''] = /^@forecourt\/([^/]+)\/?(.*)$/.exec(specifier) ?? []
  if (!name) return undefined
  return `${packages.get(name) ?? `packages/${name}`}/src/${subpath}.ts`
}

function* findCircles(house: House): Generator<Finding> {
  const packages = packagesIn(house)
  const byPath = new Map(house.sources.map((source) => [source.path, source]))
  const done = new Set<string>()
  const trail: string[] = []

  function* walk(source: Source): Generator<Finding> {
    trail.push(source.path)
    for (const { line, what } of source.imports) {
      const target = targetOf(source.path, what, packages)
      const next = target === undefined ? undefined : byPath.get(target)
      if (!next || done.has(next.path)) continue
      const start = trail.indexOf(next.path)
      if (start < 0) yield* walk(next)
      else yield circle(source, line, [...trail.slice(start), next.path])
    }
    trail.pop()
    done.add(source.path)
  }

  for (const source of house.sources) if (!done.has(source.path)) yield* walk(source)
}

function circle(source: Source, line: Spot['line'], trail: string[]): Finding {
  return { file: source.path, line, found: trail.join(' → ') }
}
