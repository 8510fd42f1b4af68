import { sleep } from '@forecourt/platform/pause'
import type { Client } from '../client.ts'
import type { Answer, Deed } from '../journal.ts'
import { signIn } from './sessions.ts'

const PAUSE_MS = 400

/** Somebody of the staff at work, signed in. */
export interface Desk {
  userId: string
  centerId: string
  /** Sends a command; `ids` take the places of the address, in their order. */
  ask(deed: Deed, endpoint: string, ids?: string[], body?: object): Promise<Answer | undefined>
  /** Looks until there is what is looked for. */
  find<Data>(
    endpoint: string,
    ids: string[],
    is: (data: Data) => boolean,
  ): Promise<Data | undefined>
}

export async function deskOf(client: Client, person: string): Promise<Desk | undefined> {
  const session = await signIn(client, person)
  if (!session) return undefined
  const { userId, centerId, accessToken: token } = session
  const to = (endpoint: string, ids: string[]) => ({ endpoint, path: pathOf(endpoint, ids), token })
  return {
    userId,
    centerId,
    ask: (deed, endpoint, ids = [], body) =>
      client.command(deed, { ...to(endpoint, ids), ...(body && { body }) }),
    find: (endpoint, ids, is) => client.find(to(endpoint, ids), is),
  }
}

function pathOf(endpoint: string, ids: string[]): string {
  const left = ids.slice()
  return (endpoint.split(' ')[1] ?? '').replaceAll(/:\w+/g, () => left.shift() ?? '')
}

/** A text that no other command of the campaign writes. */
export function markOf(client: Client): string {
  return `Mark ${client.name}.${client.count()}`
}

/**
 * Asks anew, each time as another command, as long as a service has not heard of what another one
 * has acknowledged: after a few seconds it is told so, and comes again.
 */
export async function onceHeard(
  ask: () => Promise<Answer | undefined>,
  unheard: readonly string[],
): Promise<Answer | undefined> {
  for (let left = 120; ; left -= 1) {
    const answer = await ask()
    if (!answer?.reason || !unheard.includes(answer.reason) || left === 0) return answer
    await sleep(PAUSE_MS)
  }
}

/** What an acknowledged command was answered; nothing of any other. */
export function toldIn<Data>(answer: Answer | undefined): Data | undefined {
  return answer && answer.status < 300 ? (answer.data as Data) : undefined
}

/** Two people do the same at the same moment, and one of them may. */
export async function race(
  client: Client,
  what: string,
  asks: (() => Promise<Answer | undefined>)[],
): Promise<Answer | undefined> {
  const answers = await Promise.all(asks.map((ask) => ask()))
  const won = answers.filter((answer) => answer && answer.status < 300)
  if (won.length > 1) client.breach(`${what} succeeded ${won.length} times`)
  const isLost = won.length === 0 && !answers.includes(undefined)
  if (isLost) client.breach(`${what} succeeded for nobody`)
  return won[0]
}
