import { randomUUIDv7 } from 'node:crypto'
import type { DataOf, EventContract } from '@forecourt/contracts/event'
import { recordOf } from '@forecourt/platform/cloud-event'
import { faultOf } from '@forecourt/platform/broker-fault'
import type { Bus, BusRecord } from '@forecourt/platform/bus'

interface Told {
  /** Id of the event; the same one again is a repetition. */
  id?: string
  /** The noun's version. */
  version?: number
  at?: string
}

/** Says something on the bus as the service that owns the event would. Answers the event's id. */
export async function publish<Contract extends EventContract>(
  { bus }: { bus: Bus },
  contract: Contract,
  data: DataOf<Contract>,
  { id = randomUUIDv7(), version = 1, at = new Date().toISOString() }: Told = {},
): Promise<string> {
  const key = String((data as Record<string, unknown>)[contract.key])
  const { topic, type, service } = contract
  const row = { seq: 0, id, topic, key, type, subject: key, version, headers: {}, createdAt: at }
  await send(bus, recordOf(service, { ...row, data: JSON.stringify(data) }))
  return id
}

/** The noun is no more: its key with an empty value. */
export async function publishTombstone(
  { bus }: { bus: Bus },
  contract: EventContract,
  key: string,
  version: number,
): Promise<void> {
  const { topic, type, service } = contract
  const at = new Date().toISOString()
  const row = { seq: 0, id: randomUUIDv7(), topic, key, type, subject: key, version, headers: {} }
  await send(bus, recordOf(service, { ...row, createdAt: at, data: null }))
}

/** A broker under load knows a young topic for a while before it takes what is meant for it. */
async function send(bus: Bus, record: BusRecord): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await bus.send([record])
      return
    } catch (error) {
      if (faultOf(error) !== 'NOT_LEADER_FOR_PARTITION' || tries >= 5) throw error
    }
  }
}
