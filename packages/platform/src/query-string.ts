import qs from 'qs'

/**
 * What follows the `?` of an address, its brackets as groups. Names that objects inherit, such as
 * `constructor`, are names like any other here, so that a schema refuses what it does not know;
 * the objects have no prototype that could be reached by one.
 */
export function readQuery(text: string): Record<string, unknown> {
  const query = { depth: 2, parameterLimit: 60, comma: false, plainObjects: true } as const
  return qs.parse(text, { ...query, decoder: decodedPart })
}

/** The parser drops this one name without a word, whatever it is told; under another it is seen. */
function decodedPart(
  text: string,
  decode: (text: string, decoder: undefined, charset: string) => string,
  charset: string,
  part: 'key' | 'value',
): string {
  const decoded = decode(text, undefined, charset)
  return part === 'key' ? decoded.replaceAll('__proto__', 'proto') : decoded
}

/** The body of a form, which webhooks send. */
export function readForm(text: string): Record<string, unknown> {
  return qs.parse(text, { depth: 1 })
}
