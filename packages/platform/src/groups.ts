import type { ServiceName } from '@forecourt/contracts/service-name'
import type { Consumer } from './consumer.ts'
import { groupOf, topicsOf } from './delivery.ts'
import { access } from './replica.ts'

export interface Group {
  group: string
  topics: string[]
}

/** All consumer groups of a service: its own, and the one that every service has. */
export function groupsOf(service: {
  name: ServiceName
  consumers?: Consumer<never, never>[] | undefined
}): Group[] {
  const all = [access as unknown as Consumer<never, never>, ...(service.consumers ?? [])]
  return all.map((one) => ({ group: groupOf(service.name, one), topics: topicsOf(one) }))
}
