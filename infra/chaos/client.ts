import { createHash } from 'node:crypto'
import type { MessageView } from '@forecourt/inbox/message'
import { sleep } from '@forecourt/platform/pause'
import { askOnce, isSettled, lookAtPhone, type Ask } from './asking.ts'
import type { Chance } from './chance.ts'
import type { Answer, Deed, Journal } from './journal.ts'
import type { Stack } from './stack.ts'

/** A good client repeats a command for so long, and then does not know what became of it. */
const PATIENCE_MS = 45_000
const PAUSE_MS = 250
/** Refused at once, not even a hasty client asks a thousand times a second. */
const HASTE_MS = 50
const MESSAGE_MS = 120_000

/** How a client behaves towards silence. */
type Temper =
  /** Waits a moment and asks again. */
  | 'patient'
  /** Sends everything twice at once, and asks again almost without waiting. */
  | 'hasty'
  /** Gives up at the first failure. */
  | 'fickle'

export interface Client {
  chance: Chance
  /** Of the story that is being told, `3.12`; unique within a campaign. */
  name: string
  /** Counts from 1, for what must differ within a story. */
  count(): number
  /** Sends one command until it is answered; undefined when the client does not know the end. */
  command(deed: Deed, ask: Ask): Promise<Answer | undefined>
  /** Asks until there is an answer that says something. */
  read(ask: Ask): Promise<Answer | undefined>
  /** Asks until the answer satisfies `is`; undefined when it did not in time. */
  find<Data>(ask: Ask, is: (data: Data) => boolean): Promise<Data | undefined>
  /** The newest message to somebody that satisfies `is`; undefined when none came in time. */
  message(to: string, is: (message: MessageView) => boolean): Promise<MessageView | undefined>
  breach(what: string): void
}

interface Telling {
  stack: Stack
  journal: Journal
  chance: Chance
  name: string
  story: string
}

export function clientOf(telling: Telling): Client {
  const { stack, journal, chance, name, story } = telling
  // Nobody shares an address, so that only faults and no limits hold a client up.
  const address = addressOf(name)
  let commands = 0
  let counted = 0
  return {
    chance,
    name,
    count: () => (counted += 1),
    command(deed, ask) {
      commands += 1
      return command(telling, { deed, ask, id: `${name}.${commands}`, address })
    },
    read: (ask) =>
      repeatedly(stack, PATIENCE_MS, async () => {
        const answer = await askOnce(stack.url, ask, { address })
        return answer && isSettled(answer, false) ? answer : undefined
      }),
    find: <Data>(ask: Ask, is: (data: Data) => boolean) =>
      repeatedly(stack, MESSAGE_MS, async () => {
        const answer = await askOnce(stack.url, ask, { address })
        return answer?.status === 200 && is(answer.data as Data) ? (answer.data as Data) : undefined
      }),
    message: (to, is) =>
      repeatedly(stack, MESSAGE_MS, async () =>
        (await lookAtPhone<MessageView>(stack.url, to)).find(is),
      ),
    breach: (what) => journal.breach(`${name} ${story}: ${what}`),
  }
}

async function repeatedly<Found>(
  stack: Stack,
  withinMs: number,
  look: () => Promise<Found | undefined>,
): Promise<Found | undefined> {
  for (const end = Date.now() + withinMs; Date.now() < end; await sleep(PAUSE_MS)) {
    const found = await look()
    if (found !== undefined || !stack.lives) return found
  }
  return undefined
}

async function command(
  { stack, journal, chance, story }: Telling,
  { deed, ask, id, address }: { deed: Deed; ask: Ask; id: string; address: string },
): Promise<Answer | undefined> {
  const key = ask.keyed === false ? undefined : keyOf(id, chance)
  const temper = temperOf(chance)
  const copies = temper === 'hasty' && key ? 2 : 1
  const begun = Date.now()
  const told = { id, story, endpoint: ask.endpoint, deed, key: key ?? '' }
  for (let sent = copies; ; sent += copies) {
    const tries = Array.from({ length: copies }, () => askOnce(stack.url, ask, { address, key }))
    const answers = (await Promise.all(tries)).filter((one) => one !== undefined)
    const settled = answers.filter((one) => isSettled(one, sent > copies))
    const answer = settled.find(({ status }) => status < 300) ?? settled[0]
    const tookMs = Date.now() - begun
    if (answer) {
      if (deed.kind !== 'logout') compareTwins(journal, told, settled)
      const ending = answer.status < 300 ? 'acknowledged' : 'refused'
      journal.note({ ...told, sent, ending, answer, tookMs })
      return answer
    }
    if (temper === 'fickle' || tookMs > PATIENCE_MS || !stack.lives) {
      journal.note({ ...told, sent, ending: 'unknown', answer: undefined, tookMs })
      return undefined
    }
    await sleep(temper === 'hasty' ? HASTE_MS : PAUSE_MS)
  }
}

/**
 * One key has one answer, however often it was used. Only a sign-out ends the very token by which
 * its second copy could ask for the first one's answer; and a copy that came before a fact of
 * another service did is told that there is no such thing, or that a card is not done, which binds
 * nobody.
 */
function compareTwins(
  journal: Journal,
  { id, endpoint }: { id: string; endpoint: string },
  answers: Answer[],
): void {
  const early = endpoint === 'POST /invoices/from-job-card/:jobCardId' ? [404, 409] : [404]
  const isDone = answers.some(({ status }) => status < 300)
  const binding = answers.filter(({ status }) => !(isDone && early.includes(status)))
  const texts = new Set(binding.map(({ status, data }) => JSON.stringify([status, data])))
  if (texts.size > 1) journal.breach(`${id}: one key, two answers: ${[...texts].join(' and ')}`)
}

function temperOf(chance: Chance): Temper {
  if (chance.happens(0.06)) return 'fickle'
  return chance.happens(0.25) ? 'hasty' : 'patient'
}

function keyOf(id: string, chance: Chance): string {
  const lot = chance.between(0, 2 ** 40).toString(36)
  return `chaos-${id}-${lot.padStart(8, '0')}`
}

function addressOf(name: string): string {
  const [one = 0, two = 0, three = 0] = createHash('sha256').update(name).digest()
  return `10.${one}.${two}.${three}`
}
