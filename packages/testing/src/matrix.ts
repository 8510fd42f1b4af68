import { startingRoles } from '@forecourt/contracts/roles'
import { meaningsOf, meantBy } from '@forecourt/platform/by-body'
import type { Endpoint, Meant, Signature } from '@forecourt/platform/endpoint'
import type { Machine, Move } from '@forecourt/platform/machine'
import type { AnyService } from '@forecourt/platform/service'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { everybody, type Person } from './people.ts'
import type { Stack } from './stack.ts'

const NOBODY = '0192f000-0000-7000-8000-00000000dead'

/**
 * Every endpoint × every role: nobody gets in without the permission, and whoever has it does.
 * `bodies` are, for a path of several meanings, one that means each that is not open to everybody.
 */
export function testEveryRole(
  service: AnyService,
  stackOf: () => Stack,
  bodies: Record<string, unknown[]> = {},
): void {
  for (const endpoint of service.endpoints.flatMap(meaningsOf)) {
    const path = addressIn(service, endpoint).replaceAll(/:\w+/g, NOBODY)
    const signature = `${endpoint.method} ${path}` as Signature
    const name = `${endpoint.method} ${endpoint.path}`
    if (endpoint.may === 'public') continue
    const said = bodyThatMeans(service, endpoint, bodies[name])
    test(`${name} asks who you are`, async () => {
      const { status, body } = await stackOf().call(signature, said)
      expect(status).toBe(401)
      expect(body.error?.code).toBe('AUTH_002')
    })
    test(`${name} opens to the roles that hold ${endpoint.may}, and to no other`, async () => {
      const opened: string[] = []
      for (const person of everybody) {
        const { status, body } = await stackOf().call(signature, { as: person, ...said })
        expect(status).not.toBe(401)
        if (body.error?.reason !== 'permission_missing') opened.push(person.role)
      }
      expect(new Set(opened)).toEqual(new Set(rolesThatMay(endpoint)))
    })
  }
}

/** Nothing for an endpoint of one meaning, which needs none to be meant. */
function bodyThatMeans({ endpoints }: AnyService, endpoint: Meant, bodies: unknown[] = []) {
  if (endpoints.includes(endpoint)) return {}
  const body = bodies.find((one) => endpoints.some((all) => meantBy(all, one) === endpoint))
  if (body) return { body }
  throw new Error(`The matrix knows no body that means ${endpoint.about}`)
}

/** An address that every service has names the service it means. */
function addressIn({ name }: AnyService, { path }: Endpoint): string {
  return path.replace('/:service', `/${name}`)
}

function rolesThatMay({ may }: Meant): string[] {
  const roles = Object.entries(startingRoles)
  if (may === 'signed_in' || may === 'public') return roles.map(([role]) => role)
  return roles.filter(([, permissions]) => permissions.includes(may)).map(([role]) => role)
}

/** What every service has of its own, and of whom it knows nothing. */
const everywhere: Record<string, () => string> = { '/personal-data/:service': () => NOBODY }

interface Foreign {
  /** For each root of an address, the id of an object that the stranger must not see. */
  ids: Record<string, () => string>
  /** Bodies that would be accepted, by `PUT /path/:id`; an empty one where none is named. */
  bodies?: Record<string, unknown>
  stranger: Person
}

/** A foreign object does not exist: 404 for every endpoint that names one and is open to them. */
export function testForeignCenter(
  service: AnyService,
  stackOf: () => Stack,
  { ids, bodies = {}, stranger }: Foreign,
): void {
  const all = service.endpoints.flatMap(meaningsOf)
  const named = all.filter(({ path, may }) => path.includes(':id') && may !== 'public')
  for (const endpoint of named) {
    const name = `${endpoint.method} ${endpoint.path}`
    const isHis = rolesThatMay(endpoint).includes(stranger.role)
    const does = isHis ? 'hides' : 'refuses'
    test(`${name} ${does} what is not of this ${stranger.role}`, async () => {
      const root = endpoint.path.slice(0, endpoint.path.indexOf('/:id'))
      const idOf = ids[root] ?? everywhere[root]
      if (!idOf && isHis) throw new Error(`The test knows no object for ${root}/:id.`)
      const address = addressIn(service, endpoint).replace(':id', idOf?.() ?? NOBODY)
      const path = address.replaceAll(/:\w+/g, NOBODY)
      const body = endpoint.method === 'GET' ? undefined : (bodies[name] ?? {})
      const signature = `${endpoint.method} ${path}` as Signature
      const { status } = await stackOf().call(signature, { as: stranger, body })
      expect(status).toBe(isHis ? 404 : 403)
    })
  }
}

/** Every state × every move: `leads` says, for each state, where each move from it leads. */
export function testMoves<Row, State extends string, Name extends string>(
  noun: string,
  { states, moves }: Machine<Row, State, Name>,
  leads: Record<NoInfer<State>, Partial<Record<NoInfer<Name>, NoInfer<State>>>>,
): void {
  test(`${noun}: these moves lead from each state, and no others`, () => {
    const all = Object.entries<Move<Row, State>>(moves)
    const found = states.map((state) => {
      const own = all.filter(([, { from }]) => from.includes(state))
      return [state, Object.fromEntries(own.map(([name, { to }]) => [name, to]))]
    })
    expect(Object.fromEntries(found)).toEqual(leads)
  })
}

/**
 * Every list × every sort, and every filter: what is declared works, what is not is refused. `ids`
 * are, for each beginning of an address, what its list hangs on.
 */
export function testLists(
  service: AnyService,
  stackOf: () => Stack,
  reader: Person,
  ids: Record<string, () => string> = {},
): void {
  const samples = ['true', '2026-01-01T00:00:00Z', NOBODY, 'x', '7']
  for (const endpoint of service.endpoints) {
    const { method, path, query, kind } = endpoint
    if (kind !== 'list' || !(query instanceof z.ZodObject)) continue
    const name = `${method} ${path}`
    const ask = (asked: Record<string, string>) => {
      const address = addressIn(service, endpoint).replaceAll(/\/:\w+/g, (_, at: number) => {
        const idOf = ids[path.slice(0, at)]
        return `/${idOf?.() ?? NOBODY}`
      })
      return stackOf().call(`${method} ${address}` as Signature, { as: reader, query: asked })
    }

    test(`${name} sorts by everything it says it sorts by, both ways`, async () => {
      const sorts = optionsOf(query.shape['sort'])
      expect(sorts).not.toEqual([])
      for (const sort of sorts) {
        for (const order of ['asc', 'desc']) {
          expect([sort, (await ask({ sort, order })).status]).toEqual([sort, 200])
        }
      }
      expect((await ask({ sort: 'shoeSize' })).status).toBe(422)
    })

    test(`${name} filters by what it says it filters by, and by nothing else`, async () => {
      for (const [filter, options] of filtersOf(query)) {
        const ends = new Set<number>()
        for (const value of [...samples, ...options]) {
          ends.add((await ask({ [`filter[${filter}]`]: value })).status)
        }
        expect([filter, ends.has(200), ends.difference(new Set([200, 422])).size]).toEqual([
          filter,
          true,
          0,
        ])
      }
      expect((await ask({ 'filter[shoeSize]': '42' })).status).toBe(422)
    })
  }
}

function optionsOf(schema: unknown): string[] {
  const inner = schema instanceof z.ZodDefault ? schema.unwrap() : schema
  return inner instanceof z.ZodEnum ? inner.options.map(String) : []
}

/** Every filter, with the words that it takes where it takes no others. */
function filtersOf(query: z.ZodObject): [name: string, options: string[]][] {
  const filter: unknown = query.shape['filter']
  const inner = filter instanceof z.ZodDefault ? filter.unwrap() : filter
  if (!(inner instanceof z.ZodObject)) return []
  return Object.entries(inner.shape).map(([name, tests]) => [name, wordsOf(tests)])
}

function wordsOf(schema: unknown): string[] {
  if (schema instanceof z.ZodEnum) return schema.options.map(String)
  if (schema instanceof z.ZodOptional) return wordsOf(schema.unwrap())
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(wordsOf)
  if (schema instanceof z.ZodPipe) return [schema.in, schema.out].flatMap(wordsOf)
  return []
}
