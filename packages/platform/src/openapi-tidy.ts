export type Json = Record<string, unknown>

/**
 * A document as people review it: no component that nothing refers to, no input twin that equals
 * its output, no bounds and patterns that only repeat a type or format, filters as deep objects.
 */
export function tidy(document: Json): Json {
  const schemas = schemasOf(document)
  const twins = Object.keys(schemas).filter((name) => {
    const plain = name.endsWith('Input') ? schemas[name.slice(0, -5)] : undefined
    return plain !== undefined && JSON.stringify(plain) === JSON.stringify(schemas[name])
  })
  let text = JSON.stringify(document, quieter)
  for (const name of twins) text = text.replaceAll(refTo(name), refTo(name.slice(0, -5)))
  const merged = JSON.parse(text) as Json & { components: Json }
  const all = schemasOf(merged)
  const used = referred(JSON.stringify({ ...merged, components: {} }), all)
  merged.components['schemas'] = Object.fromEntries(
    Object.entries(all)
      .filter(([name]) => used.has(name))
      .toSorted(([one], [other]) => one.localeCompare(other)),
  )
  return merged
}

/** Leaves out what only makes a document longer. */
function quieter(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const { minimum, maximum, format, pattern, ...rest } = value as Json
  const quiet: Json = { ...rest }
  if (minimum !== undefined && minimum !== Number.MIN_SAFE_INTEGER) quiet['minimum'] = minimum
  if (maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER) quiet['maximum'] = maximum
  if (format !== undefined) quiet['format'] = format
  if (pattern !== undefined && typeof format !== 'string') quiet['pattern'] = pattern
  if (quiet['in'] === 'query' && quiet['name'] === 'filter') quiet['style'] = 'deepObject'
  return quiet
}

function schemasOf(document: Json): Json {
  return ((document['components'] as Json | undefined)?.['schemas'] ?? {}) as Json
}

function refTo(name: string): string {
  return `"#/components/schemas/${name}"`
}

/** The names that the text refers to, and those that these refer to in turn. */
function referred(text: string, schemas: Json, found = new Set<string>()): Set<string> {
  for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    if (found.has(name)) continue
    found.add(name)
    referred(JSON.stringify(schemas[name] ?? {}), schemas, found)
  }
  return found
}
