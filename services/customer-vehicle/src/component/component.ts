import {
  componentIds,
  ComponentStatus,
  vehicleComponents,
  type VehicleComponent,
} from '@forecourt/contracts/vehicle-component'
import { Amount } from '@forecourt/contracts/money'
import { z } from 'zod'
import { readTable } from '../reference/table.ts'

export const Severity = z.enum(['low', 'medium', 'high', 'critical'])

/** A component of one vehicle. */
export const VehicleComponentRow = z.object({
  vehicleId: z.uuid(),
  componentId: z.string(),
  name: z.string(),
  category: z.string(),
  positionX: z.number(),
  positionY: z.number(),
  status: ComponentStatus,
  statusAt: z.string().nullable(),
  lastServiceDate: z.string().nullable(),
  serviceIntervalDays: z.number().int().nullable(),
  updatedAt: z.string(),
})
export type VehicleComponentRow = z.infer<typeof VehicleComponentRow>

/** How often the picture of a vehicle was changed, whichever component. */
export const VehiclePictureRow = z.object({ vehicleId: z.uuid(), version: z.number().int() })

/** Something that is wrong with a component, until it is resolved. */
export const ComponentIssueRow = z.object({
  id: z.uuid(),
  vehicleId: z.uuid(),
  componentId: z.string(),
  description: z.string(),
  severity: Severity,
  reportedAt: z.string(),
  reportedBy: z.uuid().nullable(),
  resolvedAt: z.string().nullable(),
})
export type ComponentIssueRow = z.infer<typeof ComponentIssueRow>

/** What a job card did to a component. */
export const ComponentHistoryRow = z.object({
  id: z.uuid(),
  vehicleId: z.uuid(),
  componentId: z.string(),
  serviceCenterId: z.uuid(),
  jobCardId: z.uuid(),
  servedOn: z.string(),
  type: z.string(),
  description: z.string(),
  costMinor: z.number().int(),
  currency: z.string(),
})
export type ComponentHistoryRow = z.infer<typeof ComponentHistoryRow>

export const ComponentService = z
  .object({
    id: z.uuid(),
    date: z.string(),
    type: z.string(),
    description: z.string(),
    cost: Amount,
    currency: z.string(),
    jobCardId: z.uuid(),
    serviceCenterId: z.uuid(),
  })
  .meta({ id: 'ComponentService' })

export const Component = z
  .object({
    id: z.string(),
    name: z.string(),
    category: z.string(),
    /** From the left and the top of the picture, in the unit of the page that drew it. */
    position: z.object({ x: z.number(), y: z.number() }),
    status: ComponentStatus,
    lastServiceDate: z.string().nullable(),
    nextServiceDate: z.string().nullable(),
    serviceInterval: z.number().nullable(),
    issues: z.array(
      z.object({
        id: z.uuid(),
        description: z.string(),
        severity: Severity,
        reportedDate: z.string(),
        resolvedDate: z.string().nullable(),
        resolved: z.boolean(),
      }),
    ),
    /** The newest; the rest stands in the component's own history. */
    serviceHistory: z.array(ComponentService),
  })
  .meta({ id: 'VehicleComponent' })

export const Graphical = z
  .object({
    vehicleId: z.uuid(),
    components: z.array(Component),
    lastUpdated: z.string().nullable(),
    version: z.number().int(),
  })
  .meta({ id: 'VehicleGraphical' })

/** One component, with the version of the whole picture. */
export const ChangedComponent = Component.extend({ version: z.number().int() }).meta({
  id: 'ChangedComponent',
})

/** What every vehicle has to begin with. */
export type StartingComponent = Omit<VehicleComponentRow, 'vehicleId' | 'updatedAt'>

/** The set of `vehicle-components.csv`. Throws unless it is what events speak of. */
export function readComponents(table: string): StartingComponent[] {
  const columns = ['id', 'category', 'x', 'y', 'serviceIntervalDays'] as const
  const components = readTable(table, columns).map(({ id, category, x, y, serviceIntervalDays }) =>
    startingComponent(id, category, {
      name: vehicleComponents[id as VehicleComponent],
      positionX: Number(x),
      positionY: Number(y),
      serviceIntervalDays: serviceIntervalDays === '' ? null : Number(serviceIntervalDays),
    }),
  )
  const known = new Set(components.map(({ componentId }) => componentId))
  if (known.symmetricDifference(new Set<string>(componentIds)).size > 0) {
    throw new Error('The components of the table are not those of the contracts.')
  }
  return components
}

/** One that nobody has looked at yet; without a place it stands in the middle of the picture. */
export function startingComponent(
  componentId: string,
  category: string,
  given: Partial<StartingComponent> = {},
): StartingComponent {
  return {
    componentId,
    name: componentId.replaceAll('_', ' '),
    category,
    positionX: 50,
    positionY: 50,
    status: 'unknown',
    statusAt: null,
    lastServiceDate: null,
    serviceIntervalDays: null,
    ...given,
  }
}

/** An open issue makes a component at least doubtful. */
export function statusWithIssue(
  status: ComponentStatus,
  { severity }: Pick<ComponentIssueRow, 'severity'>,
): ComponentStatus {
  if (severity === 'critical' || status === 'critical') return 'critical'
  return 'warning'
}

const DAY_MS = 86_400_000

export function nextServiceDate({
  lastServiceDate,
  serviceIntervalDays,
}: Pick<StartingComponent, 'lastServiceDate' | 'serviceIntervalDays'>): string | null {
  if (lastServiceDate === null || serviceIntervalDays === null) return null
  const next = Date.parse(lastServiceDate) + serviceIntervalDays * DAY_MS
  return new Date(next).toISOString().slice(0, 10)
}

export function shownService(row: ComponentHistoryRow): z.output<typeof ComponentService> {
  return { ...row, date: row.servedOn, cost: row.costMinor }
}

export function shownComponent(
  component: StartingComponent,
  issues: readonly ComponentIssueRow[],
  history: readonly ComponentHistoryRow[],
): z.output<typeof Component> {
  const { componentId: id, positionX, positionY, serviceIntervalDays } = component
  return {
    ...component,
    id,
    position: { x: positionX, y: positionY },
    nextServiceDate: nextServiceDate(component),
    serviceInterval: serviceIntervalDays,
    issues: issues
      .filter(({ componentId }) => componentId === id)
      .map(({ reportedAt, resolvedAt, ...issue }) => ({
        ...issue,
        reportedDate: reportedAt,
        resolvedDate: resolvedAt,
        resolved: resolvedAt !== null,
      })),
    serviceHistory: history.filter(({ componentId }) => componentId === id).map(shownService),
  }
}
