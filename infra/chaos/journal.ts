import { appendFileSync } from 'node:fs'

/** A mark is a text that no other command writes, so that its effect can be found. */
export type BayDeed = {
  /** Two people do it at once, and one of them is forestalled. */
  isContested?: boolean
} & (
  | { kind: 'add-item'; mark: string }
  | { kind: 'adjust'; mark: string; quantity: number }
  | { kind: 'ask-work'; mark: string }
  | { kind: 'open-card'; mark: string }
  | { kind: 'propose'; mark: string }
  | { kind: 'complete'; mark: string }
  | { kind: 'call-off'; mark: string }
  | { kind: 'pay'; mark: string; amount: number }
  | { kind: 'need-parts'; cardId: string }
  | { kind: 'bill'; cardId: string }
  /** What is told in one event of this type about the thing of this id. */
  | { kind: 'move'; type: string; id: string }
  | { kind: 'decide'; serviceId: string }
)

/** What a command asks for, in the words by which its effects are found again. */
export type Deed =
  | { kind: 'upload' }
  | { kind: 'submit'; phone: string; email: string; plates: string[] }
  | { kind: 'verify'; registrationId: string; phone: string; plates: string[] }
  | { kind: 'guess'; registrationId: string }
  | { kind: 'edit-customer'; customerId: string; mark: string }
  | { kind: 'open-center'; code: string; mark: string }
  | { kind: 'edit-center'; centerId: string; mark: string }
  | { kind: 'login'; person: string }
  | { kind: 'refresh' }
  | { kind: 'logout'; sessionId: string }
  | BayDeed

/** `unknown`: the client gave up before it was answered. */
export type Ending = 'acknowledged' | 'refused' | 'unknown'

/** An answer that settles a command, as the client saw it. */
export interface Answer {
  status: number
  /** The error's reason, of a refusal. */
  reason: string | undefined
  data: unknown
  requestId: string
}

/** One command of a client, with all that it was answered. */
export interface Entry {
  /** Client, story and command: `3.12.2`. */
  id: string
  story: string
  endpoint: string
  deed: Deed
  key: string
  /** How often it was sent. */
  sent: number
  ending: Ending
  answer: Answer | undefined
  /** How long the client had waited for its first answer when the settling one came, in ms. */
  tookMs: number
}

/** Every command that has ended, in memory and, for whoever inspects a failure, in a file. */
export interface Journal {
  entries: Entry[]
  /** What a client itself saw to be wrong. */
  breaches: string[]
  readonly acknowledged: number
  note(entry: Entry): void
  breach(what: string): void
}

export function openJournal(file: string): Journal {
  const entries: Entry[] = []
  const breaches: string[] = []
  let acknowledged = 0
  const write = (line: object) =>
    appendFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`)
  return {
    entries,
    breaches,
    get acknowledged() {
      return acknowledged
    },
    note(entry) {
      entries.push(entry)
      if (entry.ending === 'acknowledged') acknowledged += 1
      write(entry)
    },
    breach(what) {
      breaches.push(what)
      write({ breach: what })
    },
  }
}
