import type { World } from '../evidence/world.ts'
import { audits, byKey } from './events.ts'
import { difference, repeated, type Invariant } from './invariant.ts'

export const auditInvariants: Invariant[] = [
  {
    promise: 'every line that a service wrote is in the log, once, and no other is',
    *broken({ told, tables: { auditLines } }) {
      const written = audits().flatMap((topic) => [...byKey(told, topic).keys()])
      yield* difference(
        ['the topics of audit', written],
        ['the log', auditLines.map(({ id }) => id)],
      )
    },
  },
  {
    promise: 'the lines of a service are counted without a gap',
    *broken({ tables: { auditLines } }) {
      for (const [service, lines] of Map.groupBy(auditLines, (line) => line.service)) {
        const sequences = lines.map(({ sequence }) => sequence).toSorted((a, b) => a - b)
        const gap = sequences.findIndex((sequence, at) => sequence !== at + 1)
        if (gap >= 0) yield `the log of ${service} has no line ${gap + 1}`
      }
    },
  },
  {
    promise: 'every acknowledged command has one line, and every change of a thing is one command',
    *broken(world) {
      const done = world.tables.auditLines.filter(({ outcome }) => outcome === 'done')
      const byRequest = Map.groupBy(done, ({ requestId }) => requestId)
      for (const { id, endpoint, ending, answer } of world.commands) {
        if (ending !== 'acknowledged') continue
        const lines = byRequest.get(answer?.requestId ?? '') ?? []
        const isTold = lines.length === 1 && lines[0]?.endpoint === endpoint
        if (!isTold) yield `${id}: ${endpoint} has ${lines.length} lines`
      }
      for (const id of repeated(done.map(({ requestId }) => requestId))) {
        yield `the request ${id} has several lines`
      }
      for (const [endpoint, effects] of effectsOf(world)) {
        const lines = done.filter((line) => line.endpoint === endpoint).length
        if (lines !== effects) yield `${endpoint} has ${lines} lines and ${effects} effects`
      }
    },
  },
]

/** What each command has brought about, acknowledged or not, as the owners' tables have it. */
function effectsOf({ tables }: World): [string, number][] {
  const { registrations, customers, sessions, files } = tables
  const verified = registrations.filter(({ status }) => status === 'verified').length
  const raised = (rows: { version: number }[]) =>
    rows.reduce((sum, { version }) => sum + version - 1, 0)
  const centers = tables.owned['identity.service-center.v1'] ?? []
  return [
    // The same form again raises its version by another code.
    ['POST /registrations', registrations.length + raised(registrations) - verified],
    ['POST /registrations/:id/verify', verified],
    // Whoever is known and registers again is changed by the proof.
    ['PUT /customers/:id', raised(customers) - (verified - customers.length)],
    ['PUT /admin/service-centers/:id', raised(centers)],
    ['POST /auth/login', sessions.length],
    ['POST /auth/logout', sessions.filter(({ endedBy }) => endedBy === 'logout').length],
    ['POST /files', files.length],
  ]
}
