import type { DataOf, EventContract } from '@forecourt/contracts/event'
import type { Kysely } from 'kysely'
import type { EventHead } from './cloud-event.ts'
import type { Emit } from './outbox.ts'

/** What a consumer's handler is given; its database work is one transaction with the inbox. */
export interface EventContext<Tables> {
  db: Kysely<Tables>
  emit: Emit
  /** Lets the job of this name look again at once, after the commit. */
  wake(job: string): void
  event: EventHead
}

export interface Subscription<Tables, Means> {
  contract: EventContract
  /** `data` is what the contract reads of it: unknown fields are dropped, never refused. */
  handle(context: EventContext<Tables> & Means, data: unknown): Promise<void>
  /** A replica forgets its row when the noun's tombstone arrives. */
  forget?: (context: EventContext<Tables> & Means) => Promise<void>
}

/** One consumer group: `<service>.<purpose>.v1`. */
export interface Consumer<Tables, Means> {
  purpose: string
  subscriptions: Subscription<Tables, Means>[]
}

export function consumer<Tables, Means>(
  purpose: string,
  subscriptions: Subscription<Tables, Means>[],
): Consumer<Tables, Means> {
  return { purpose, subscriptions }
}

/** Subscribes a handler to one event; its data was read by the contract before it comes here. */
export function on<Tables, Means, Contract extends EventContract>(
  contract: Contract,
  handle: (context: EventContext<Tables> & Means, data: DataOf<Contract>) => Promise<void>,
): Subscription<Tables, Means> {
  return {
    contract,
    handle: (context, data) => handle(context, data as DataOf<Contract>),
  }
}

/** The fact this handler needs has not arrived yet; that is lag, not failure. */
export class NotYet extends Error {
  constructor(noun: string, id: string) {
    super(`${noun} ${id} has not arrived yet.`)
    this.name = 'NotYet'
  }
}
