import type { ServiceName } from '@forecourt/contracts/service-name'
import type { Consumer } from './consumer.ts'
import { groupOf, topicsOf } from './delivery.ts'
import { consumerOf, type AnyProjection } from './projection.ts'
import { access } from './replica.ts'

export interface Listening {
  name: ServiceName
  consumers?: Consumer<never, never>[] | undefined
  projections?: readonly AnyProjection[] | undefined
}

export interface Group {
  group: string
  topics: string[]
}

export function groupOfConsumer(service: ServiceName, one: Consumer<never, never>): Group {
  return { group: groupOf(service, one), topics: topicsOf(one) }
}

/**
 * All that a service listens with: the consumer that every service has, its own ones, and those of
 * its projections, of which another generation may be the one that is served.
 */
export function consumersOf({ consumers = [], projections = [] }: Listening) {
  return [
    access as unknown as Consumer<never, never>,
    ...consumers,
    ...projections.map((projection) => consumerOf(projection, 1)),
  ]
}

/** Of the service, wherever their consumers run. */
export function declaredGroups(service: Listening): Group[] {
  return consumersOf(service).map((one) => groupOfConsumer(service.name, one))
}

/** Whether a service has, or could have, a group of this name. */
export function hasGroup(service: Listening, group: string): boolean {
  const { name, consumers = [], projections = [] } = service
  const isFixed = consumersOf({ name, consumers }).some((one) => groupOf(name, one) === group)
  const generation = Number(/-(\d+)\.v1$/.exec(group)?.[1])
  return (
    isFixed ||
    projections.some((projection) => groupOf(name, consumerOf(projection, generation)) === group)
  )
}
