import { randomUUIDv7 } from 'node:crypto'
import type { DataOf, EventContract, ReferenceContract } from '@forecourt/contracts/event'
import { CompiledQuery, type Kysely } from 'kysely'
import type { Statement } from './scoped-query.ts'
import { emitted } from './trace-points.ts'

/** An event is refused above this size, so that no row can block the relay. */
const MAX_EVENT_BYTES = 65_536

export interface OutgoingEvent {
  id: string
  topic: string
  key: string
  type: string
  version: number
  data: string | null
  headers: Record<string, string>
}

/**
 * Says that something happened. The noun's row must be locked and its `version` raised before,
 * so that two transactions on one noun serialise; every raise emits exactly one event.
 */
export type Say = <Contract extends EventContract>(
  contract: Contract,
  version: number,
  data: DataOf<Contract>,
) => void

export interface Emit extends Say {
  /**
   * Says that the noun of this id is no more: replicas forget it, and its topic in time. It is a
   * raise of its own, after the one that emitted the blank state.
   */
  tombstone(contract: ReferenceContract, version: number, id: string): void
}

/** What an event was caused by; it travels in its headers. */
export interface Cause {
  correlationId: string
  causationId?: string
  traceparent?: string
}

const FLUSH = 'insert into outbox (id, topic, key, type, subject, version, data, headers)'
const ROW = '($1::uuid, $2, $3, $4, $3, $5::int, $6, $7::jsonb)'

/** Collects the events of one transaction, which are written in one statement. */
export class Outbox {
  readonly #service: string
  readonly #cause: Cause
  readonly #events: OutgoingEvent[] = []
  #isFlushed = false

  constructor(service: string, cause: Cause) {
    this.#service = service
    this.#cause = cause
  }

  readonly emit: Emit = Object.assign(
    <Contract extends EventContract>(
      contract: Contract,
      version: number,
      data: DataOf<Contract>,
    ): void => {
      this.#expectOwn(contract)
      const closed = closedSchemaOf(contract).parse(data)
      this.#add(contract, version, String(closed[contract.key]), JSON.stringify(closed))
    },
    {
      tombstone: (contract: ReferenceContract, version: number, id: string): void => {
        this.#expectOwn(contract)
        if (contract.spec.class !== 'reference') throw new Error(`${contract.topic} forgets none.`)
        this.#add(contract, version, id, null)
      },
    },
  )

  #expectOwn({ name, service, topic }: EventContract): void {
    if (service !== this.#service) throw new Error(`${this.#service} does not own ${topic}.`)
    if (this.#isFlushed) throw new Error(`${name} comes after its transaction's end.`)
  }

  #add(contract: EventContract, version: number, key: string, data: string | null): void {
    const { name, topic, type } = contract
    if (Buffer.byteLength(data ?? '') > MAX_EVENT_BYTES) {
      throw new Error(`${name} is larger than ${MAX_EVENT_BYTES} bytes.`)
    }
    const id = randomUUIDv7()
    const headers = headersOf(this.#cause, emitted(contract, id))
    this.#events.push({ id, topic, key, type, version, data, headers })
  }

  get isEmpty(): boolean {
    return this.#events.length === 0
  }

  /** The one statement that writes them all; undefined where nothing was said. */
  flushed(): Statement | undefined {
    this.#isFlushed = true
    if (this.isEmpty) return undefined
    const rows = this.#events.map((_, at) =>
      ROW.replaceAll(/\d/g, (nth) => String(at * 7 + Number(nth))),
    )
    const values = this.#events.map(({ id, topic, key, type, version, data, headers }) => [
      ...[id, topic, key, type, version, data, JSON.stringify(headers)],
    ])
    return { text: `${FLUSH} values ${rows.join(', ')}`, values: values.flat() }
  }

  async flush<Tables>(db: Kysely<Tables>): Promise<void> {
    const said = this.flushed()
    if (said) await db.executeQuery(CompiledQuery.raw(said.text, [...said.values]))
  }
}

const closedSchemas = new WeakMap<EventContract, EventContract['data']>()

/** The closed twin of a contract's schema: producers may say nothing more. */
function closedSchemaOf(contract: EventContract): EventContract['data'] {
  const known = closedSchemas.get(contract)
  if (known) return known
  const closed = contract.data.strict()
  closedSchemas.set(contract, closed)
  return closed
}

function headersOf(cause: Cause, emittedBy: string | undefined): Record<string, string> {
  const traceparent = emittedBy ?? cause.traceparent
  return {
    ce_correlationid: cause.correlationId,
    ...(cause.causationId && { ce_causationid: cause.causationId }),
    ...(traceparent && { traceparent }),
  }
}
