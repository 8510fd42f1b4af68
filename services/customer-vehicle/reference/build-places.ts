import { readFile, writeFile } from 'node:fs/promises'
import { foldName, readTable, splitCell } from '../src/reference/table.ts'
import { isSameSpelling, titleOf } from './spelling.ts'

/**
 * Makes `districts.csv` and `talukas.csv` anew. Usage: node build-places.ts <pincodes.csv> <IN.txt>
 * The first file says in which district a post office lies today, the second in which taluka;
 * README.md names the public packages that hold them.
 */

type District = { code: string; stateCode: string; name: string; otherNames: string[] }
type Sightings = { name: string; offices: number }

const [officesPath, talukasPath] = process.argv.slice(2)
if (officesPath === undefined || talukasPath === undefined) {
  throw new Error('Usage: node build-places.ts <pincodes.csv> <IN.txt>')
}

const states = readTable(await readNeighbour('states.csv'), ['code', 'name', 'otherNames'])
const stateCodes = new Map(
  states.flatMap(({ code, name, otherNames }) =>
    [name, ...splitCell(otherNames)].map((spelling) => [foldName(spelling), code] as const),
  ),
)
const corrections = readTable(await readNeighbour('district-corrections.csv'), [
  'stateCode',
  'printed',
  'name',
  'otherNames',
])
const talukaCorrections = readTable(await readNeighbour('taluka-corrections.csv'), [
  'districtCode',
  'printed',
  'name',
])
const islands = new Set(['Nicobars', 'North And Middle Andaman', 'South Andamans'])

const districts = new Map<string, District>()
const byOffice = new Map<string, District>()
const byPin = new Map<string, Map<District, number>>()
for (const office of splitQuoted(await readFile(officesPath, 'utf8'))) countOffice(office)
for (const { stateCode: code, printed, name } of corrections) {
  if (printed === '') districtOf(code, name)
  else if (!districts.has(`${code}|${name}`)) throw new Error(`No office lies in "${printed}".`)
}

const sightings = new Map<string, Map<District, Sightings>>()
const districtCodes = new Set([...districts.values()].map(({ code }) => code))
const astray = talukaCorrections.find(({ districtCode }) => !districtCodes.has(districtCode))
if (astray) throw new Error(`No district has the code "${astray.districtCode}".`)
for (const line of (await readFile(talukasPath, 'utf8')).split('\n')) countTaluka(line)
await writeTables()

async function readNeighbour(name: string): Promise<string> {
  return readFile(new URL(name, import.meta.url), 'utf8')
}

function* splitQuoted(text: string): Generator<string[]> {
  for (const line of text.split(/\r?\n/).slice(1)) {
    if (line === '') continue
    yield [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell = '']) =>
      cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell,
    )
  }
}

function countOffice([pin = '', , area = '', , , printed = '', state = '']: string[]): void {
  // The post's circle lists these islands under the western union territory.
  const stateCode = islands.has(printed) ? '35' : stateCodes.get(foldName(state))
  if (stateCode === undefined || printed === 'Na') return
  const district = districtOf(stateCode, printed)
  byOffice.set(`${pin}|${foldName(area)}`, district)
  const votes = byPin.getOrInsert(pin, new Map())
  votes.set(district, (votes.get(district) ?? 0) + 1)
}

function districtOf(stateCode: string, printed: string): District {
  const correction = corrections.find(
    (row) => row.stateCode === stateCode && row.printed === printed,
  )
  const name = correction?.name ?? titleOf(printed)
  return districts.getOrInsertComputed(`${stateCode}|${name}`, () => {
    const otherNames = [
      ...(name === printed ? [] : [printed]),
      ...splitCell(correction?.otherNames ?? ''),
    ]
    const distinct = otherNames.filter((other) => foldName(other) !== foldName(name))
    return { code: `${stateCode}-${slug(name)}`, stateCode, name, otherNames: distinct }
  })
}

function countTaluka(line: string): void {
  const [, pin = '', place = '', , , printedDistrict = '', , printed = ''] = line.split('\t')
  const name = titleOf(printed)
  const votes = byPin.get(pin)
  const district = byOffice.get(`${pin}|${foldName(place)}`) ?? mostVoted(votes)
  if (name === '' || district === undefined) return
  const group = `${district.stateCode}|${printedDistrict}|${foldName(name)}`
  const seen = sightings
    .getOrInsert(group, new Map())
    .getOrInsertComputed(district, () => ({ name, offices: 0 }))
  seen.offices += 1
}

function mostVoted(votes: Map<District, number> | undefined): District | undefined {
  return [...(votes ?? [])].toSorted(([, one], [, other]) => other - one)[0]?.[0]
}

/**
 * One taluka lies in one district: a few offices beyond the border are a PIN code that crosses it.
 */
function placeTalukas(): Map<District, Sightings[]> {
  const placed = new Map<District, Sightings[]>()
  for (const group of sightings.values()) {
    const home = [...group].toSorted(([, one], [, other]) => other.offices - one.offices)[0]
    if (home === undefined) continue
    const offices = group.values().reduce((sum, seen) => sum + seen.offices, 0)
    placed.getOrInsert(home[0], []).push({ name: home[1].name, offices })
  }
  return placed
}

/**
 * Spellings of one name join the most frequent one; what fewer than three offices name is a slip of
 * the pen.
 */
function joinSpellings(found: readonly Sightings[]): string[] {
  const joined: Sightings[] = []
  for (const seen of found.toSorted((one, other) => other.offices - one.offices)) {
    const known = joined.find(({ name }) => isSameSpelling(name, seen.name))
    if (known === undefined) joined.push({ ...seen })
    else known.offices += seen.offices
  }
  return joined.filter(({ offices }) => offices >= 3).map(({ name }) => name)
}

function correct(districtCode: string, found: readonly string[]): string[] {
  const rows = talukaCorrections.filter((row) => row.districtCode === districtCode)
  const unknown = rows.find(({ printed }) => printed !== '' && !found.includes(printed))
  if (unknown) throw new Error(`No office lies in "${unknown.printed}" of ${districtCode}.`)
  const kept = found.filter((name) => !rows.some(({ printed }) => printed === name))
  return [...new Set([...kept, ...rows.map(({ name }) => name)])]
    .filter((name) => name !== '')
    .toSorted()
}

async function writeTables(): Promise<void> {
  const placed = placeTalukas()
  const inOrder = [...districts.values()].toSorted(
    (one, other) =>
      Number(one.stateCode) - Number(other.stateCode) || one.name.localeCompare(other.name),
  )
  const districtLines = inOrder.map(({ code, stateCode, name, otherNames }) =>
    [code, stateCode, name, otherNames.join(';')].join(','),
  )
  const talukaLines = inOrder.flatMap((district) =>
    correct(district.code, joinSpellings(placed.get(district) ?? [])).map((name) =>
      [`${district.code}-${slug(name)}`, district.code, name].join(','),
    ),
  )
  await writeNeighbour('districts.csv', 'code,stateCode,name,otherNames', districtLines)
  await writeNeighbour('talukas.csv', 'code,districtCode,name', talukaLines)
}

async function writeNeighbour(name: string, header: string, lines: string[]): Promise<void> {
  await writeFile(new URL(name, import.meta.url), `${[header, ...lines].join('\n')}\n`)
}

function slug(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}
