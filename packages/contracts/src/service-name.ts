/** The services that exist; each owns the Postgres schema and the topics of its name. */
export const serviceNames = [
  'identity',
  'customer-vehicle',
  'inventory',
  'workshop',
  'billing',
  'notification',
  'reporting',
] as const

export type ServiceName = (typeof serviceNames)[number]

/** `customer-vehicle` keeps its tables in the schema `customer_vehicle`. */
export function schemaName(service: string): string {
  return service.replaceAll('-', '_')
}
