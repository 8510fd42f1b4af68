import { foldName } from '../src/reference/table.ts'

/**
 * A printed name without kind words, brackets and notes, in title case; empty when it names
 * nothing.
 */
export function titleOf(printed: string): string {
  const bare = printed
    .replaceAll(/\(.*?(\)|$)/g, ' ')
    .replaceAll(/\b(taluk|taluka|tehsil|tahsil|mandal|block|circle|subdivision|cd)\b\.?/gi, ' ')
    .replaceAll(/[^A-Za-z0-9' -]/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/^[\s-]+|[\s-]+$/g, '')
  if (foldName(bare).length < 3 || /\d|'/.test(bare)) return ''
  return bare
    .split(' ')
    .map((word) => (/^(and|of)$/i.test(word) ? word.toLowerCase() : capitalized(word)))
    .join(' ')
}

/** Whether two names of one district are the same place, spelled twice. */
export function isSameSpelling(one: string, other: string): boolean {
  if (foldName(one) === foldName(other)) return true
  if (markOf(one) !== markOf(other)) return false
  const [sound, otherSound] = [soundOf(one), soundOf(other)]
  if (sound === otherSound) return true
  const shorter = Math.min(sound.length, otherSound.length)
  return (
    sound[0] === otherSound[0] &&
    shorter >= 5 &&
    distance(sound, otherSound) <= (shorter >= 9 ? 2 : 1)
  )
}

function capitalized(word: string): string {
  if (/^(I{1,3}|IV|V)$/i.test(word)) return word.toUpperCase()
  return word.toLowerCase().replaceAll(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())
}

/** Words that set neighbours of one name apart: North and South, I and II, City and Rural. */
function markOf(name: string): string {
  const marks =
    /\b(north|south|east|west|upper|lower|city|rural|urban|sadar|new|old|i{1,3}|iv|v)\b/gi
  return [...name.toLowerCase().matchAll(marks)].map(([mark]) => mark).join(' ')
}

/**
 * Indian names reach Latin letters in several ways: long vowels, aspirates, w and v, doubled
 * consonants.
 */
function soundOf(name: string): string {
  return foldName(name)
    .replaceAll('ee', 'i')
    .replaceAll('oo', 'u')
    .replaceAll('w', 'v')
    .replaceAll('z', 'j')
    .replaceAll('y', 'i')
    .replaceAll(/(?<=[bcdgjkpst])h/g, '')
    .replaceAll(/(.)\1+/g, '$1')
}

function distance(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let row = 1; row <= one.length; row += 1) {
    const line = [row]
    for (let at = 1; at <= other.length; at += 1) {
      const swap = (above[at - 1] ?? 0) + (one[row - 1] === other[at - 1] ? 0 : 1)
      line.push(Math.min(swap, (above[at] ?? 0) + 1, (line[at - 1] ?? 0) + 1))
    }
    above = line
  }
  return above.at(-1) ?? 0
}
