import { Amount } from '@forecourt/contracts/money'
import { componentIds, vehicleComponents } from '@forecourt/contracts/vehicle-component'
import { z } from 'zod'

const ComponentId = z.enum(componentIds)
const Change = z.enum(['inspected', 'serviced', 'repaired', 'replaced'])
const Status = z.enum(['healthy', 'warning', 'critical'])

/** What a step of a job card did to one component of the vehicle. It is written once. */
export const ComponentWorkRow = z.object({
  id: z.uuid(),
  jobCardId: z.uuid(),
  lineId: z.uuid(),
  vehicleId: z.uuid(),
  serviceCenterId: z.uuid(),
  componentId: ComponentId,
  change: Change,
  description: z.string(),
  costMinor: z.number().int(),
  currency: z.string(),
  status: Status.nullable(),
  recordedBy: z.uuid().nullable(),
  createdAt: z.string(),
})
export type ComponentWorkRow = z.infer<typeof ComponentWorkRow>

/** Without a list, all that is done; a step is named where a component has several. */
export const ApplyComponentWork = z.object({
  components: z
    .array(
      z.object({
        componentId: ComponentId,
        serviceId: z.uuid().optional(),
        status: Status.optional(),
        /** What is wrong with it; then it is in doubt, unless a status says more. */
        issue: z.string().trim().min(1, 'Must not be empty').max(500).optional(),
      }),
    )
    .min(1, 'Name at least one component')
    .max(50)
    .optional(),
})
export type ApplyComponentWork = z.infer<typeof ApplyComponentWork>

/** What a card changes on one component, as answers show it. */
export const ComponentUpdate = z
  .object({
    serviceId: z.uuid(),
    componentId: ComponentId,
    name: z.string(),
    change: Change,
    description: z.string(),
    cost: Amount,
    status: Status.nullable(),
    /** Whether the step is done, so that it can be applied. */
    done: z.boolean(),
    applied: z.boolean(),
    appliedAt: z.string().nullable(),
  })
  .meta({ id: 'ComponentUpdate' })

/** A line of a card as far as components are concerned. */
export interface Step {
  lineId: string
  serviceType: string
  description: string
  costMinor: number
  isDone: boolean
}

export type Proposal = Pick<
  ComponentWorkRow,
  'lineId' | 'componentId' | 'change' | 'description' | 'costMinor' | 'status'
> & { isDone: boolean; issue?: string | undefined }

type ComponentId = z.infer<typeof ComponentId>
type Change = z.infer<typeof Change>

/**
 * The words that mean a component, in the order in which they are looked for: brake oil is no
 * engine oil, and that is no work on the engine.
 */
const words: readonly (readonly [ComponentId, RegExp])[] = [
  ['lights', /\b(brake|fog|tail|head) ?(light|lamp)|\b(lights?|lamps?|bulbs?|indicators?)\b/g],
  ['brakes', /\bbrak(e|ing)( oil| fluid|s)?\b/g],
  ['engine', /\btiming (belt|chain)|\bspark plug|\btune[- ]?up|\bair filter|\bpistons?\b/g],
  ['transmission', /\b(gear|transmission) oil|\btransmission|\bgear ?box|\bclutch|\bchain\b/g],
  ['engine_oil', /\bengine oil|\boil (change|filter)|\b(change|replace) oil|\blubric/g],
  ['cooling', /\bcool(ing|ant)|\bradiator|\bwater pump|\bthermostat/g],
  ['engine', /\bengine/g],
  ['fuel_system', /\bfuel|\binjector|\bcarburet/g],
  ['suspension', /\bsuspension|\bshock ?(absorber|er)|\bstruts?\b/g],
  ['steering', /\bsteering|\bwheel alignment|\btie rod/g],
  ['tyres', /\bt[yi]res?\b|\bwheel|\bpuncture/g],
  ['battery', /\bbatter(y|ies)\b/g],
  ['electrical', /\belectric|\bwiring|\balternator|\bstarter|\bfuses?\b/g],
  ['ac', /\ba\/?c\b|\bair ?con/g],
  ['exhaust', /\bexhaust|\bsilencer|\bmuffler|\bcatalytic/g],
  ['body', /\bbody|\bpaint|\bdents?\b|\bbumper|\bwind(shield|screen)|\bwiper|\bglass|\bmirror/g],
]

/** The components that a text is about. What was understood is taken out of it. */
export function componentsIn(text: string): ComponentId[] {
  const found = new Set<ComponentId>()
  let rest = text.toLowerCase()
  for (const [id, pattern] of words) {
    const left = rest.replaceAll(pattern, ' ')
    if (left !== rest) found.add(id)
    rest = left
  }
  return [...found]
}

const changes: [Change, RegExp][] = [
  ['replaced', /\b(replac|renew|new\b|install|fit(ted|ting)?\b|chang)/],
  ['repaired', /\b(repair|fix|rectif|overhaul|weld)/],
  ['inspected', /\b(inspect|check|diagnos|test)/],
]

/** What is done to a component, if the words say so. */
export function changeIn(text: string): Change | undefined {
  const said = text.toLowerCase()
  return changes.find(([, pattern]) => pattern.test(said))?.[0]
}

/** What the steps of a card mean for components; one that is several has its price in parts. */
export function proposalsOf(steps: readonly Step[]): Proposal[] {
  return steps.flatMap((step) => {
    const ids = componentsIn(`${step.serviceType}: ${step.description}`)
    const share = Math.floor(step.costMinor / Math.max(ids.length, 1))
    const rest = step.costMinor - share * ids.length
    return ids.map((componentId, place) =>
      proposalOf(step, componentId, place === 0 ? share + rest : share),
    )
  })
}

/** To look at something does not heal it. */
export function proposalOf(step: Step, componentId: ComponentId, costMinor: number): Proposal {
  const { lineId, serviceType, description, isDone } = step
  const change = changeIn(description) ?? changeIn(serviceType) ?? 'serviced'
  const status = change === 'inspected' ? null : 'healthy'
  return { lineId, componentId, change, description, costMinor, status, isDone }
}

export function nameOf(componentId: ComponentId): string {
  return vehicleComponents[componentId]
}
