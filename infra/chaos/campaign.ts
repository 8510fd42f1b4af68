import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { sleep } from '@forecourt/platform/pause'
import sharp from 'sharp'
import { untilCalm } from './calm.ts'
import { chanceOf } from './chance.ts'
import { clientOf } from './client.ts'
import { gather } from './evidence/gather.ts'
import { judge } from './invariants/all.ts'
import { openJournal, type Journal } from './journal.ts'
import { scheduleOf, type Step } from './schedule.ts'
import { raiseStack, type Stack } from './stack.ts'
import { bayStories, stories } from './stories/all.ts'
import type { Town } from './stories/story.ts'
import { strikerOf, type Blow } from './victims.ts'

const CLIENTS = 8
/** A fault comes at the latest after so long, also where nothing can be acknowledged. */
const LATEST_MS = 8_000
/** Registrations that the first faults may meet, and edits of residents need. */
const WARM_UP = 25
const CALM_MS = 240_000

export interface Report {
  journal: Journal
  blows: Blow[]
  violations: string[]
  verified: Verified
}

/** How much there was to be judged; of the bay, the status of each card. */
export interface Verified {
  events: number
  messages: number
  auditLines: number
  cards: string[]
  invoices: number
  payments: number
}

export interface Ordered {
  seed: number
  kills: number
  dataDir: string
  progress(line: string): void
}

/** One campaign on a stack of its own: stories under faults, then rest, then judgement. */
export async function wage({ seed, kills, dataDir, progress }: Ordered): Promise<Report> {
  progress('Starting the stack.')
  const stack = await raiseStack(dataDir)
  try {
    const journal = openJournal(join(dataDir, 'chaos', 'journal.jsonl'))
    const stories_ = await startStories(stack, journal, seed)
    const blows = await strikeAll(stack, journal, scheduleOf(seed, kills), progress)
    progress('The faults are over; every story comes to its end.')
    await stories_.finish()
    progress('Waiting until nothing is under way.')
    const underWay = await untilCalm(stack, CALM_MS)
    const violations = [
      ...(stack.lives ? [] : ['the stack ended']),
      ...underWay.map((what) => `it did not come to rest: ${what}`),
      ...journal.breaches,
    ]
    return { journal, blows, ...(await compare(stack, journal, violations)) }
  } finally {
    await stack.stop()
  }
}

async function compare(stack: Stack, journal: Journal, violations: string[]) {
  try {
    const world = await gather(stack, journal)
    const { told, tables, inbox } = world
    const { auditLines, bay } = tables
    const verified = {
      events: told.length,
      messages: inbox.length,
      auditLines: auditLines.length,
      cards: bay.cards.map(({ status }) => status),
      invoices: bay.invoices.length,
      payments: bay.payments.length,
    }
    return { verified, violations: [...violations, ...judge(world)] }
  } catch (error) {
    const cannot = `nothing can be compared: ${(error as Error).stack}`
    const none = { events: 0, messages: 0, auditLines: 0, cards: [], invoices: 0, payments: 0 }
    return { verified: none, violations: [...violations, cannot] }
  }
}

/** Clients tell one story after the other, until they are told that it is enough. */
async function startStories(stack: Stack, journal: Journal, seed: number) {
  const town: Town = { photo: await picture(), residents: [], parts: [] }
  const over = new AbortController()
  async function live(nth: number): Promise<void> {
    const life = chanceOf(`stories ${seed}`).fork(nth)
    for (let count = 1; !over.signal.aborted && stack.lives; count += 1) {
      const chance = life.fork(count)
      const story = chance.pick(nth % 2 === 0 ? bayStories : stories)
      const name = `${nth}.${count}`
      const client = clientOf({ stack, journal, chance, name, story: story.name })
      try {
        await story.tell(client, town)
      } catch (error) {
        journal.breach(`${name} ${story.name} broke off: ${(error as Error).stack}`)
      }
    }
  }
  const lives = Array.from({ length: CLIENTS }, (_, nth) => live(nth))
  return {
    async finish() {
      over.abort()
      await Promise.all(lives)
    },
  }
}

async function strikeAll(
  stack: Stack,
  journal: Journal,
  steps: Step[],
  progress: (line: string) => void,
): Promise<Blow[]> {
  const { strike, relent } = strikerOf(stack)
  const file = join(stack.dataDir, 'chaos', 'faults.jsonl')
  const blows: Blow[] = []
  let wanted = WARM_UP
  for (const step of steps) {
    wanted += step.acknowledged
    const latest = Date.now() + (blows.length === 0 ? 10 * LATEST_MS : LATEST_MS)
    while (journal.acknowledged < wanted && Date.now() < latest) await sleep(5)
    await sleep(step.pauseMs)
    if (!stack.lives) break
    const blow = await strike(step)
    blows.push(blow)
    // What came meanwhile does not hasten the next one.
    wanted = journal.acknowledged
    const { acknowledged } = journal
    const line = { at: new Date().toISOString(), acknowledged, ...blow }
    appendFileSync(file, `${JSON.stringify(line)}\n`)
    progress(`${blows.length}/${steps.length} faults, ${acknowledged} commands acknowledged`)
  }
  await relent()
  return blows
}

function picture(): Promise<Buffer> {
  return sharp({ create: { width: 320, height: 240, channels: 3, background: '#2a6f97' } })
    .jpeg()
    .toBuffer()
}
