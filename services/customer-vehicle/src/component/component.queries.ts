import { problem } from '@forecourt/platform/problem'
import { sql, type Kysely } from 'kysely'
import type { z } from 'zod'
import type { Means, Tables } from '../db.ts'
import {
  shownComponent,
  type Component,
  type Graphical,
  type StartingComponent,
  type VehicleComponentRow,
} from './component.ts'

type Reading = Pick<Means, 'components'> & { db: Kysely<Tables> }

/** So many of a component's services are shown with it. */
const NEWEST = 10

/** The whole picture of a vehicle. Throws `not_found`. */
export async function graphicalOf(
  { db, components }: Reading,
  vehicleId: string,
): Promise<z.output<typeof Graphical>> {
  const [vehicle, rows, issues, history] = await Promise.all([
    db.selectFrom('vehicle').select('id').where('id', '=', vehicleId).executeTakeFirst(),
    componentsOf(db, vehicleId).execute(),
    db
      .selectFrom('componentIssue')
      .selectAll()
      .where('vehicleId', '=', vehicleId)
      .orderBy('reportedAt', 'desc')
      .execute(),
    newestServices(db, vehicleId).execute(),
  ])
  if (!vehicle) throw problem('not_found')
  const [lastUpdated = null] = rows
    .map(({ updatedAt }) => updatedAt)
    .toSorted((one, other) => Date.parse(other) - Date.parse(one))
  return {
    vehicleId,
    components: merged(components, rows).map((one) => shownComponent(one, issues, history)),
    lastUpdated,
  }
}

/** One component of it. Throws `not_found`. */
export async function oneComponent(
  reading: Reading,
  vehicleId: string,
  componentId: string,
): Promise<z.output<typeof Component>> {
  const { components } = await graphicalOf(reading, vehicleId)
  const component = components.find(({ id }) => id === componentId)
  if (!component) throw problem('not_found')
  return component
}

/** What workshops did to one component, as far as one may see their visits. */
export function servicesOf(db: Kysely<Tables>, vehicleId: string, componentId: string) {
  return db
    .selectFrom('componentHistory')
    .selectAll()
    .where('vehicleId', '=', vehicleId)
    .where('componentId', '=', componentId)
}

function componentsOf(db: Kysely<Tables>, vehicleId: string) {
  return db
    .selectFrom('vehicleComponent')
    .selectAll()
    .where('vehicleId', '=', vehicleId)
    .orderBy('componentId')
}

function newestServices(db: Kysely<Tables>, vehicleId: string) {
  const place = sql<number>`row_number() over (
    partition by component_id order by served_on desc, id desc)`
  const services = db
    .selectFrom('componentHistory')
    .selectAll()
    .select(place.as('place'))
    .where('vehicleId', '=', vehicleId)
  return db
    .selectFrom(services.as('service'))
    .selectAll()
    .where('place', '<=', NEWEST)
    .orderBy('servedOn', 'desc')
    .orderBy('id', 'desc')
}

/** What nobody has said anything of is as it began. */
function merged(
  starting: readonly StartingComponent[],
  rows: readonly VehicleComponentRow[],
): StartingComponent[] {
  const own = new Map(rows.map((row) => [row.componentId, row]))
  const common = new Set(starting.map(({ componentId }) => componentId))
  return [
    ...starting.map((one) => own.get(one.componentId) ?? one),
    ...rows.filter(({ componentId }) => !common.has(componentId)),
  ]
}
