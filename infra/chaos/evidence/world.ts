import type { ServiceName } from '@forecourt/contracts/service-name'
import type { Message as InboxMessage } from '@forecourt/inbox/message'
import type { Entry } from '../journal.ts'
import type { Bay } from './bay.ts'
import type { Told } from './topics.ts'

/** All that is known after a campaign: what clients were told, and what is there. */
export interface World {
  commands: Entry[]
  tables: Tables
  told: Told[]
  inbox: InboxMessage[]
  /** Keys under which bytes lie. */
  stored: Set<string>
}

export interface Owned {
  id: string
  version: number
}

export interface Customer extends Owned {
  referenceId: string | null
  isVerified: boolean
  phone: string
}

export interface Vehicle extends Owned {
  customerId: string
  plate: string
  plateKey: string
}

export interface Registration extends Owned {
  status: 'pending' | 'verified'
  customerId: string | null
  plateKeys: string[]
  /** Of one that is pending; afterwards the customer has it. */
  phone: string | null
}

export interface Session extends Owned {
  endedBy: string | null
  isEnded: boolean
}

export interface Message {
  id: string
  eventId: string
  channel: 'sms' | 'whatsapp' | 'email'
  template: string
  status: string
  providerId: string | null
  recipient: string
}

export interface AuditLine {
  id: string
  service: ServiceName
  sequence: number
  requestId: string
  endpoint: string
  outcome: 'done' | 'refused' | 'read'
  entityId: string | null
}

/** What a service must have left behind nowhere. */
export interface Rest {
  service: ServiceName
  outbox: { type: string; subject: string; isParked: boolean }[]
  letters: { consumer: string; eventId: string; reason: string; error: string }[]
  timers: { kind: string; subject: string; tries: number; isOverdue: boolean }[]
}

type Row = Record<string, unknown>

export interface Tables {
  /** Rows whose every version is told on their topic. */
  owned: Record<string, Owned[]>
  customers: Customer[]
  vehicles: Vehicle[]
  registrations: Registration[]
  sessions: Session[]
  otps: {
    id: string
    subject: string
    attempts: number
    maxAttempts: number
    isConsumed: boolean
  }[]
  files: { id: string; storageKey: string; isAttached: boolean }[]
  counters: { prefix: string; last: number }[]
  messages: Message[]
  auditLines: AuditLine[]
  bay: Bay
  /** By which Postgres keeps what it has acknowledged. */
  settings: { name: string; setting: string }[]
  /** Rows of other services' nouns, with the names of their columns. */
  replicas: {
    centersOfCustomerVehicle: Row[]
    centersOfNotification: Row[]
    customersOfNotification: Row[]
    vehiclesOfNotification: Row[]
    /** By service and table: `workshop.item`. */
    ofBay: Record<string, Row[]>
    roles: Record<ServiceName, Row[]>
    endedSessions: Record<ServiceName, Row[]>
  }
  rest: Rest[]
}

/** Acknowledged commands of one kind, with what they asked for and what they were answered. */
export function acknowledged<Kind extends Entry['deed']['kind']>(world: World, kind: Kind) {
  return commandsOf(world, kind).filter(({ ending }) => ending === 'acknowledged')
}

export function commandsOf<Kind extends Entry['deed']['kind']>(world: World, kind: Kind) {
  return world.commands.filter(
    (entry): entry is Entry & { deed: Extract<Entry['deed'], { kind: Kind }> } =>
      entry.deed.kind === kind,
  )
}
