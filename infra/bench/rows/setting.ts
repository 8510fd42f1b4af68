import { randomUUID } from 'node:crypto'
import { kiran } from '@forecourt/testing/people'
import { authorization, authorizationOf, mainOf } from '../asking.ts'
import type { BenchRow } from '../row.ts'
import type { Served } from '../stage.ts'
import { untilAnswered } from '../waiting.ts'

const DECISIONS = 6
const WITHIN_MS = 1_000
const LONGEST_MS = 20_000

export const setting: BenchRow = {
  name: 'setting',
  figures: {
    slowest: {
      what: `a decision at identity until another service acts by it, slowest of ${DECISIONS}`,
      unit: 'ms',
      bar: { most: WITHIN_MS },
    },
  },
  async open(stage) {
    const database = await stage.prepare('identity', 'setting')
    const other = await stage.prepare('customer-vehicle', 'setting')
    const identity = await stage.serve(mainOf('identity'), database.env)
    const deciding = await stage.serve(mainOf('customer-vehicle'), other.env)
    return {
      async ours() {
        const taken: number[] = []
        for (let number = 0; number < DECISIONS; number += 1) {
          // By turns, whoever has looked somebody up may do so again, or may not.
          const isMany = number % 2 === 1
          await decide(identity, isMany ? 1_000 : 1)
          const begun = performance.now()
          await actedBy(deciding, isMany ? 404 : 429)
          taken.push(performance.now() - begun)
        }
        return { slowest: Math.max(...taken) }
      },
      async close() {
        await Promise.all([identity.stop(), deciding.stop()])
      },
    }
  },
}

async function decide({ url }: Served, customerLookupsPerHour: number): Promise<void> {
  const body = JSON.stringify({ customerLookupsPerHour })
  const headers = { authorization, 'content-type': 'application/json' }
  await untilAnswered(`${url}/admin/config`, { method: 'PUT', headers, body }, 200)
}

/** The second look-up of an hour ends so. Each tries as somebody new, who owes nothing. */
async function actedBy(served: Served, wanted: number): Promise<void> {
  const end = Date.now() + LONGEST_MS
  while (Date.now() < end) {
    const token = authorizationOf({ ...kiran, userId: randomUUID() })
    await lookUp(served, token)
    if ((await lookUp(served, token)) === wanted) return
  }
  throw new Error(`Nobody's second look-up is answered ${wanted}.`)
}

async function lookUp({ url }: Served, token: string): Promise<number> {
  const headers = { authorization: token, 'content-type': 'application/json' }
  const body = JSON.stringify({ phone: '+919876543210' })
  const { status, body: said } = await fetch(`${url}/customers/lookup`, {
    method: 'POST',
    headers,
    body,
  })
  await said?.cancel()
  return status
}
