import { randomUUIDv7 } from 'node:crypto'
import { NotYet } from '@forecourt/platform/consumer'
import { unseal } from '@forecourt/platform/personal'
import { sql } from 'kysely'
import type { Hearing } from '../db.ts'
import {
  customerOf,
  dealerOf,
  tellCustomer,
  toOwner,
  vehiclesOf,
} from '../message/letter.queries.ts'
import { fill, type Variables } from '../template/template.ts'
import { Subject, type Audience, type Data, type Letter, type Occasion } from './occasion.ts'

/** Tells everybody of one event what its occasion says. */
export async function tellOf(context: Hearing, occasion: Occasion, data: Data): Promise<void> {
  const subject = Subject.parse(data)
  const facts = occasion.facts(data)
  await notify(context, occasion, data, subject, facts)
  for (const letter of occasion.letters) await write(context, letter, subject, facts)
}

/** Rows for the application, one for each person. */
async function notify(
  context: Hearing,
  { notices, category, about }: Occasion,
  data: Data,
  subject: Subject,
  facts: Variables,
): Promise<void> {
  if (notices.length === 0) return
  const known = { ...facts, ...(await thingsOf(context, subject)) }
  const relatedEntityId = String(data[about.id])
  const related = { relatedEntityType: about.entity, relatedEntityId }
  const shared = { ...related, category, actionUrl: `${about.page}/${relatedEntityId}` }
  for (const { to, type, title, text } of notices) {
    const users = (await Promise.all(to.map((one) => usersOf(context, one, subject)))).flat()
    const words = { type, title: fill(title, known), message: fill(text, known) }
    const rows = users.map((userId) => {
      const id = randomUUIDv7()
      return { ...shared, ...words, id, userId, eventId: context.event.id, isRead: false }
    })
    if (rows.length === 0) continue
    await context.db
      .insertInto('notification')
      .values(rows)
      .onConflict((conflict) => conflict.columns(['eventId', 'userId']).doNothing())
      .execute()
  }
}

/** What the application calls the things that the event names by their ids. */
async function thingsOf(context: Hearing, subject: Subject): Promise<Variables> {
  const { vehicleId, itemId, serviceCenterId } = subject
  const things: Variables = {}
  if (vehicleId !== undefined) {
    const [vehicle] = await vehiclesOf(context, [vehicleId])
    things['vehicle'] = vehicle ? `${vehicle.brand} ${vehicle.model}` : 'An erased vehicle'
  }
  if (itemId !== undefined) {
    things['item'] = await itemOf(context, itemId)
    things['place'] = await placeOf(context, serviceCenterId)
  }
  return things
}

async function itemOf({ db }: Hearing, id: string): Promise<string> {
  const item = await db.selectFrom('item').selectAll().where('id', '=', id).executeTakeFirst()
  if (!item) throw new NotYet('Item', id)
  return `${item.name} (${item.itemCode})`
}

async function placeOf(context: Hearing, id: string | null): Promise<string> {
  if (id === null) return 'the central warehouse'
  const name = await dealerOf(context, id)
  if (name === undefined) throw new NotYet('Service center', id)
  return name
}

async function usersOf(context: Hearing, audience: Audience, subject: Subject): Promise<string[]> {
  const { assignedEngineer, requestedBy } = subject
  switch (audience) {
    case 'engineer':
      return assignedEngineer ? [assignedEngineer] : []
    case 'requester':
      return requestedBy ? [requestedBy] : []
    case 'managers':
      return staffOf(context, ['service_center', 'garage_owner'], subject, 'admin')
    case 'stock_keepers':
      return staffOf(context, ['inventory_manager'], subject, 'inventory_manager')
  }
}

/**
 * Who has one of the roles at the center. Where nobody has, and for the central warehouse,
 * everybody of the role `otherwise`: nothing may go unheard.
 */
async function staffOf(
  { db }: Hearing,
  roles: readonly string[],
  { serviceCenterId }: Subject,
  otherwise: string,
): Promise<string[]> {
  const inRole = (names: readonly string[]) =>
    db.selectFrom('staff').select('id').where('role', 'in', names).where('status', '=', 'active')
  const here = sql<boolean>`${serviceCenterId}::uuid = any (service_center_ids)`
  const found = await inRole(roles).where(here).execute()
  const staff = found.length > 0 ? found : await inRole([otherwise]).execute()
  return staff.map(({ id }) => id)
}

/** Queues the letter, unless the event has no customer or a link of another purpose. */
async function write(
  context: Hearing,
  { template, channels, link, attaches }: Letter,
  subject: Subject,
  facts: Variables,
): Promise<void> {
  const { customerId, serviceCenterId, vehicleId, expiresAt, storageKey } = subject
  if (!customerId || serviceCenterId === null) return
  if (link && link.purpose !== subject.purpose) return
  const customer = await customerOf(context, customerId)
  if (!customer) return
  const variables = { ...facts }
  if (vehicleId !== undefined) {
    const [vehicle] = await vehiclesOf(context, [vehicleId])
    if (vehicle) variables['vehicle'] = toOwner(context, vehicle)
  }
  if (link) variables['link.url'] = urlOf(context, link.page, subject)
  const attachment = attaches !== undefined &&
    storageKey !== undefined && { key: storageKey, name: fill(attaches, facts) }
  await tellCustomer(context, customer, {
    template,
    channels,
    serviceCenterId,
    variables,
    ...(link && expiresAt !== undefined && { expiresAt }),
    ...(attachment && { attachment }),
  })
}

function urlOf({ transportKeys, settings }: Hearing, page: string, subject: Subject): string {
  const { linkId = '', token = '' } = subject
  const base = settings.FRONTEND_URL.replace(/\/+$/, '')
  return `${base}/${page}/${unseal(transportKeys, token, `link|token|${linkId}`)}`
}
