/** What a body changes of a field that the documents spell in several ways. */
export interface Choice<Value> {
  /** Undefined where the field stays as it is. */
  value: Value | undefined
  /** The name under which the body has the field, so that its faults can be told there. */
  path: string
  faults: Record<string, string[]>
}

/**
 * Answers carry a field in every spelling, and forms send back all that they were shown: the one
 * that differs is meant. Where several differ, and from each other too, nobody can tell which.
 * `typed` is by path, the house's own spelling first.
 */
export function chosen<Value>(
  shown: Value,
  typed: Record<string, Value | undefined>,
): Choice<Value> {
  const spelled = Object.entries(typed)
  const given = spelled.filter(([, value]) => value !== undefined)
  const differing = given.filter(([, value]) => value !== shown)
  const [path = '', value] = differing[0] ?? given[0] ?? spelled[0] ?? []
  const isClear = differing.every(([, other]) => other === value)
  return {
    value: differing.length > 0 ? value : undefined,
    path,
    faults: isClear
      ? {}
      : Object.fromEntries(differing.map(([one]) => disagreeing(one, differing))),
  }
}

function disagreeing(path: string, differing: [string, unknown][]): [string, string[]] {
  const others = differing.map(([other]) => other).filter((other) => other !== path)
  return [path, [`Says something else than ${others.join(' and ')}`]]
}
