import type { DataOf, EventContract } from '@forecourt/contracts/event'
import { z } from 'zod'
import type { Channel } from '../message/provider.ts'
import type { NotificationCategory, NotificationType } from '../notification/notification.ts'
import type { Variables } from '../template/template.ts'

/** How a customer is reached who may have no e-mail address. */
export const PHONE: readonly Channel[] = ['sms', 'whatsapp']

/** Who is told inside the application. */
export type Audience = 'managers' | 'stock_keepers' | 'engineer' | 'requester'

/** A text of the application. It names things by number; names, phones and plates stay out. */
export interface Notice {
  /** Whoever belongs to several audiences reads the first text that is for them. */
  to: readonly Audience[]
  type: NotificationType
  title: string
  text: string
}

/** A text that the customer gets outside the application, by the template of this name. */
export interface Letter {
  template: string
  channels: readonly Channel[]
  /** Of a link: only one of this purpose is meant, and the front end has this page for it. */
  link?: { purpose: string; page: string }
  /** Name of the file that goes along; its bytes are those that the event names. */
  attaches?: string
}

interface Telling<Data> {
  category: NotificationCategory
  /** What the notice is about: the noun, the field with its id, and the page that shows it. */
  about: { entity: string; id: string & keyof Data; page: string }
  /** What the event itself says, by the names that texts know. */
  facts: (data: Data) => Variables
  notices?: readonly Notice[]
  letters?: readonly Letter[]
}

export type Data = Record<string, unknown>

/** One event, and who is told what of it. */
export interface Occasion extends Required<Telling<Data>> {
  contract: EventContract
}

export function occasion<Contract extends EventContract>(
  contract: Contract,
  { notices = [], letters = [], facts, ...telling }: Telling<DataOf<Contract>>,
): Occasion {
  // The consumer has read the data by this very contract.
  return {
    ...telling,
    contract,
    notices,
    letters,
    facts: (data) => facts(data as DataOf<Contract>),
  }
}

/** The fields by which people and things are found; every event has some of them. */
export const Subject = z.object({
  serviceCenterId: z.uuid().nullable(),
  customerId: z.uuid().nullish(),
  vehicleId: z.uuid().optional(),
  itemId: z.uuid().optional(),
  assignedEngineer: z.uuid().nullish(),
  requestedBy: z.uuid().nullish(),
  linkId: z.uuid().optional(),
  purpose: z.string().optional(),
  token: z.string().optional(),
  expiresAt: z.string().optional(),
  storageKey: z.string().optional(),
})
export type Subject = z.infer<typeof Subject>

/** `₹1,18,050.00` */
export function amountOf(minor: number, currency: string): string {
  return new Intl.NumberFormat('en-IN', { style: 'currency', currency }).format(minor / 100)
}

/** `1 December 2026, 10:30` */
export function dayOf(day: string | null, time: string | null): string {
  if (day === null) return 'the agreed day'
  const long = new Intl.DateTimeFormat('en-IN', { dateStyle: 'long', timeZone: 'UTC' })
  const date = long.format(new Date(`${day}T00:00:00Z`))
  return time === null ? date : `${date}, ${time}`
}
