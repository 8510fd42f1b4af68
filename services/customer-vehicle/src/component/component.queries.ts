import { problem } from '@forecourt/platform/problem'
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { jsonArrayFrom, jsonBuildObject } from 'kysely/helpers/postgres'
import type { z } from 'zod'
import type { Means, Tables } from '../db.ts'
import {
  shownComponent,
  type ChangedComponent,
  type ComponentHistoryRow,
  type ComponentIssueRow,
  type Graphical,
  type StartingComponent,
  type VehicleComponentRow,
} from './component.ts'

type Reading = Pick<Means, 'components'> & { db: Kysely<Tables> }

/** So many of a component's services are shown with it. */
const NEWEST = 10

/** What is kept of a vehicle's components, each part as rows that came as JSON. */
export interface KeptComponents {
  components: JsonRow[]
  issues: JsonRow[]
  services: JsonRow[]
  /** Null where nobody has said anything of one. */
  version: number | null
}
type JsonRow = Record<string, unknown>

/** What is kept of the components of `vehicle`, as one column beside it. */
export function keptComponents(db: Kysely<Tables>) {
  const id = sql.ref<string>('vehicle.id')
  return jsonBuildObject({
    components: jsonArrayFrom(componentsOf(db, id)),
    issues: jsonArrayFrom(issuesOf(db, id)),
    services: jsonArrayFrom(newestServices(db, id)),
    version: sql<number | null>`(select version from vehicle_picture where vehicle_id = ${id})`,
  }) as RawBuilder<KeptComponents>
}

/** The whole picture of a vehicle. Throws `not_found`. */
export async function graphicalOf(
  { db, components }: Reading,
  vehicleId: string,
): Promise<z.output<typeof Graphical>> {
  const vehicle = await db
    .selectFrom('vehicle')
    .select(['id', keptComponents(db).as('kept')])
    .where('id', '=', vehicleId)
    .executeTakeFirst()
  if (!vehicle) throw problem('not_found')
  // The address may have it in capitals.
  return pictureOf(vehicle.id, vehicle.kept, components)
}

/** A vehicle's picture: what nobody has said anything of is as every vehicle begins. */
export function pictureOf(
  vehicleId: string,
  kept: KeptComponents,
  starting: readonly StartingComponent[],
): z.output<typeof Graphical> {
  const rows = kept.components.map((row) => rowOf<VehicleComponentRow>(row))
  const issues = kept.issues.map((row) => rowOf<ComponentIssueRow>(row))
  const services = kept.services.map((row) => rowOf<ComponentHistoryRow>(row))
  const [lastUpdated = null] = rows
    .map(({ updatedAt }) => updatedAt)
    .toSorted((one, other) => Date.parse(other) - Date.parse(one))
  return {
    vehicleId,
    components: merged(starting, rows).map((one) => shownComponent(one, issues, services)),
    lastUpdated,
    version: kept.version ?? 1,
  }
}

const UTC = /^(\d{4}-\d\d-\d\dT[\d:.]+)\+00:00$/

/** Inside JSON a row keeps the names of its columns, and its moments Postgres' own spelling. */
function rowOf<Row>(row: JsonRow): Row {
  const fields = Object.entries(row).map(([column, value]) => [
    column.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    typeof value === 'string' ? value.replace(UTC, '$1Z') : value,
  ])
  return Object.fromEntries(fields) as Row
}

/** One component of it, with the picture's version. Throws `not_found`. */
export async function oneComponent(
  reading: Reading,
  vehicleId: string,
  componentId: string,
): Promise<z.output<typeof ChangedComponent>> {
  const { components, version } = await graphicalOf(reading, vehicleId)
  const component = components.find(({ id }) => id === componentId)
  if (!component) throw problem('not_found')
  return { ...component, version }
}

/** Throws `not_found` for a component that the vehicle does not have, or that one may not see. */
export async function refuseUnknownComponent(
  { db, components }: Reading,
  vehicleId: string,
  componentId: string,
): Promise<void> {
  const vehicles = db.selectFrom('vehicle').select('id').where('id', '=', vehicleId)
  const own = componentsOf(db, vehicleId).where('componentId', '=', componentId)
  const isCommon = components.some((one) => one.componentId === componentId)
  const having = isCommon ? vehicles : vehicles.where((eb) => eb.exists(own))
  if (!(await having.executeTakeFirst())) throw problem('not_found')
}

/** What workshops did to one component, as far as one may see their visits. */
export function servicesOf(db: Kysely<Tables>, vehicleId: string, componentId: string) {
  return db
    .selectFrom('componentHistory')
    .selectAll()
    .where('vehicleId', '=', vehicleId)
    .where('componentId', '=', componentId)
}

type VehicleId = string | RawBuilder<string>

/** Of a vehicle, those that something was said of. */
export function componentsOf(db: Kysely<Tables>, vehicleId: VehicleId) {
  return db
    .selectFrom('vehicleComponent')
    .selectAll()
    .where('vehicleId', '=', vehicleId)
    .orderBy('componentId')
}

function issuesOf(db: Kysely<Tables>, vehicleId: VehicleId) {
  return db
    .selectFrom('componentIssue')
    .selectAll()
    .where('vehicleId', '=', vehicleId)
    .orderBy('reportedAt', 'desc')
}

function newestServices(db: Kysely<Tables>, vehicleId: VehicleId) {
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
