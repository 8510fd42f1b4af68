const ALLOWED = "[\\w.~!$&'()*+,=:@-]"
const DOTS = String.raw`(?!\.{1,2}(?:/|$))`
const PLAIN = new RegExp(`^(?:/${DOTS}${ALLOWED}+)+$`)
// These mean the same written out, so that one address has one spelling.
const NEEDLESS_ESCAPE = /%(?:24|26|2B|2C|3A|3D|40)/g
const FORBIDDEN = /[/\\\p{Cc}]/u

/**
 * The one spelling of a path that services ever see: no empty segment, no dot segment, no escape
 * that could stand for one or for a slash, no needless escape, no trailing slash. Undefined for a
 * path that has no such spelling, whatever a router behind us might make of it.
 */
export function canonicalPath(path: string): string | undefined {
  const bare = path.endsWith('/') ? path.slice(0, -1) : path
  if (PLAIN.test(bare)) return bare
  if (!bare.startsWith('/') || !bare.includes('%')) return undefined
  const segments = bare.slice(1).split('/').map(respell)
  return segments.includes(undefined) ? undefined : `/${segments.join('/')}`
}

function respell(segment: string): string | undefined {
  const clear = decoded(segment)
  if (clear === undefined || clear === '' || clear === '.' || clear === '..') return undefined
  if (FORBIDDEN.test(clear)) return undefined
  return encodeURIComponent(clear).replace(NEEDLESS_ESCAPE, decodeURIComponent)
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    // Not UTF-8: such a segment names nothing of ours.
    return undefined
  }
}
