import type { LocalStack } from './local-stack.ts'
import { operations, type Operation } from './operations.ts'

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g
/** Fields whose text finds a thing as surely as its id does. */
const TELLING = /Number$|^referenceId$/

/** What everybody may know, each with its reason. */
export const SHARED: Record<string, string> = {
  '/inventory/items': 'the catalogue is one for all centers; what is in stock is not',
  '/reference/vehicle-brands': 'offered by the public form',
  '/admin/service-centers': 'centers know of one another',
  '/admin/roles': 'roles are the same in every center',
}

/** How many of a kind are read for their own sake. */
const FEW = 3
const NO_LETTER = '0192f000-0000-7000-8000-00000000beef'
/** What stands in a path where no visit leaves anything, or nothing that staff is shown. */
const ELSEWHERE: Record<string, string[]> = {
  service: ['workshop'],
  component: ['brakes'],
  '/admin/dead-letters/{service}': [NO_LETTER],
  '/admin/dead-letters/{service}/parked-keys': [NO_LETTER],
  // Links are secrets of the customer, who may use them without any account.
  token: ['a-link-that-nobody-got'],
}
/** Fields that take what another field or list shows. */
const ALIASES: Record<string, string> = {
  engineerId: 'assignedEngineer',
  lineId: 'additionalServices',
  images: '/files',
  photoFileId: '/files',
  documentId: 'jobCardId',
  '/personal-data/{service}': '/customers',
}

/** What a visit left behind, as those who may see it see it. */
export interface Traces {
  /** Ids by where they were found: `/customers` for a list, `jobCardId` for a field. */
  ids: Map<string, Set<string>>
  /** What nobody else may read: ids, numbers, and the words that were given. */
  secrets: Set<string>
}

/** Reads whatever the owners of a visit may read, and keeps the ids and numbers of it. */
export async function gatherTraces(
  stack: LocalStack,
  tokens: string[],
  given: { ids: Record<string, string[]>; words: string[] },
): Promise<Traces> {
  const places = { ...ELSEWHERE, ...given.ids }
  const ids = new Map(Object.entries(places).map(([place, some]) => [place, new Set(some)]))
  const secrets = new Set([...given.words, ...Object.values(given.ids).flat()])
  const traces = { ids, secrets }
  const keep = ({ path, text }: Seen) => note(traces, path, text)
  for (const one of await seenBy(stack, tokens, lists)) keep(one)
  // What the lists have named is opened.
  for (const one of await seenBy(stack, tokens, openable(traces))) keep(one)
  for (const [field, place] of Object.entries(ALIASES)) ids.set(field, ids.get(place) ?? new Set())
  const shared = Object.keys(SHARED).flatMap((place) => [...(ids.get(place) ?? [])])
  for (const id of shared) secrets.delete(id)
  return traces
}

interface Seen {
  path: string
  text: string
}

const reads = operations.filter(({ method }) => method === 'GET')
const lists = reads.flatMap((read) => (parametersOf(read).length === 0 ? [read.path] : []))

/** The addresses of a few things of each kind that the visit has. */
export function openable(traces: Traces): string[] {
  const named = reads.filter((read) => parametersOf(read).length > 0)
  return named.flatMap((read) => {
    const isKnown = parametersOf(read).every((place) => idsAt(traces, place).length > 0)
    return isKnown ? addressesOf(read, traces).slice(0, FEW) : []
  })
}

/** What each of these people is answered; whoever may not ask is left out. */
export async function seenBy(stack: LocalStack, tokens: string[], paths: string[]) {
  const seen = tokens.map(async (token): Promise<Seen[]> => {
    const answers: Seen[] = []
    for (const path of paths) {
      const { status, body } = await stack.call(`GET ${path}` as 'GET /x', { token })
      if (status === 200 && body.data) answers.push({ path, text: JSON.stringify(body.data) })
    }
    return answers
  })
  return (await Promise.all(seen)).flat()
}

interface Place {
  name: string
  /** What stands before it in the path. */
  root: string
}

export function parametersOf({ path }: Pick<Operation, 'path'>): Place[] {
  return [...path.matchAll(/\/\{(\w+)\}/g)].map(({ 1: name = '', index }) => ({
    name,
    root: path.slice(0, index),
  }))
}

/** The ids that may stand there: of the list before it, else of the field of that name. */
function idsAt({ ids }: Traces, { name, root }: Place): string[] {
  return [...(ids.get(root) ?? ids.get(name) ?? [])]
}

/** The path with every id of the visit that fits; throws where none is known. */
export function addressesOf(operation: Operation, traces: Traces): string[] {
  return parametersOf(operation).reduce<string[]>(
    (paths, place) => {
      const ids = idsAt(traces, place)
      if (ids.length === 0) {
        throw new Error(`The sweep knows no id of the visit for "${place.root}/{${place.name}}".`)
      }
      return paths.flatMap((path) => ids.map((id) => path.replace(`{${place.name}}`, id)))
    },
    [operation.path],
  )
}

function note({ ids, secrets }: Traces, path: string, text: string): void {
  const keep = (place: string, id: string) => {
    ids.set(place, (ids.get(place) ?? new Set()).add(id))
  }
  const walk = (value: unknown, place: string) => {
    if (Array.isArray(value)) for (const one of value) walk(one, place)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return
    for (const [field, part] of Object.entries(value)) {
      if (typeof part !== 'string') walk(part, field)
      else if (TELLING.test(field) && part.length > 4) secrets.add(part)
      for (const [id] of typeof part === 'string' ? part.matchAll(UUID) : []) {
        const isFile = typeof part === 'string' && part.includes(`/files/${id}`)
        keep(isFile ? '/files' : field === 'id' ? place : field, id)
        secrets.add(id)
      }
    }
  }
  walk(JSON.parse(text), path)
}
