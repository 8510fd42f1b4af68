import { catalogue } from '@forecourt/contracts/catalogue'
import { meaningsOf } from '@forecourt/platform/by-body'
import type { Endpoint } from '@forecourt/platform/endpoint'
import type { Machine, Move } from '@forecourt/platform/machine'

/** One line per endpoint, so that a review sees what a change opens to whom. */
export function endpointLines(services: { name: string; endpoints: Endpoint[] }[]): string {
  const all = services.flatMap(({ name, endpoints }) =>
    endpoints.map((endpoint) => {
      const { method, path, about } = endpoint
      // What every service answers for itself is one endpoint to its callers.
      const owner = path.includes('/:service') ? 'every' : name
      const may = meaningsOf(endpoint).map((meant) => meant.may)
      return [`/api/v1${path}`, method, may.join(' or '), owner, about]
    }),
  )
  const rows = [...new Map(all.map((row) => [row.join(' '), row])).values()]
  rows.sort((one, other) => one.join(' ').localeCompare(other.join(' ')))
  return table(rows.map(([path = '', method = '', ...rest]) => [method, path, ...rest]))
}

/** One line per event. */
export function eventLines(): string {
  return table(
    catalogue.map(({ name, spec, key, about }) => [name, spec.class, spec.audience, key, about]),
  )
}

/** A lifecycle as a Mermaid state diagram. */
export function stateDiagram(lifecycle: Machine<never, string, string>): string {
  const moves = Object.entries<Move<never, string>>(lifecycle.moves)
  const arrows = moves.flatMap(([name, { from, to }]) =>
    from.map((state) => `  ${state} --> ${to}: ${name}`),
  )
  return ['stateDiagram-v2', `  [*] --> ${lifecycle.start}`, ...arrows, ''].join('\n')
}

function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0)),
  )
  const lines = rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return `${lines.join('\n')}\n`
}
