import { schemaName, serviceNames } from '@forecourt/contracts/service-name'

/** The environment of a gateway all of whose doors lead to one address. */
export function doorsTo(url: string): Record<string, string> {
  return Object.fromEntries(
    serviceNames.map((name) => [`${schemaName(name).toUpperCase()}_URL`, url]),
  )
}
