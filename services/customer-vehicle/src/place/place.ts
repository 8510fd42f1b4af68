import { countries, Country } from '@forecourt/contracts/country'
import { typedText } from '@forecourt/contracts/typed'
import { z } from 'zod'
import { foldName, readTable, splitCell } from '../reference/table.ts'

/**
 * A place as the reference lists answer it. A state's code is its LGD code; the others are stable
 * codes of ours.
 */
export const Place = z.object({ code: z.string(), name: z.string() })
export type Place = z.infer<typeof Place>

/** An Indian PIN code in a body. */
export const PinCode = typedText('PIN code')
  .overwrite((typed) => typed.replaceAll(/\s/g, ''))
  .min(1, { error: 'PIN code is required', abort: true })
  .regex(/^[1-9][0-9]{5}$/, 'PIN code must have 6 digits and not begin with 0')

/** The country of an address in a body; places are known of India alone. */
export const CountryOfAddress = Country.refine(
  (code) => code === 'IN',
  'Only addresses in India can be kept yet',
).transform((code): string => countries[code])

export interface PlaceRows {
  states: { code: string; name: string; otherNames: string[] }[]
  districts: { code: string; stateCode: string; name: string; otherNames: string[] }[]
  talukas: { code: string; districtCode: string; name: string }[]
}

export interface PlaceNames {
  state: string
  district: string
  taluka: string
}

/**
 * Either the address in the lists' own spelling, or one message for each field that names no place.
 */
export type AddressCheck =
  | { address: PlaceNames; problems?: never }
  | { address?: never; problems: Partial<Record<keyof PlaceNames, string>> }

export interface Places {
  states: readonly Place[]
  /** By a name in any case, a former name, or a code, as everywhere below. */
  findState(nameOrCode: string): Place | undefined
  /** Undefined where the state, or the district in it, is unknown. */
  districtsOf(state: string): readonly Place[] | undefined
  talukasOf(state: string, district: string): readonly Place[] | undefined
  /** All three are demanded. */
  checkAddress(typed: PlaceNames): AddressCheck
  /** What is empty was not told, and is no fault unless something below it was. */
  checkTold(typed: PlaceNames): AddressCheck
}

interface Level<Child> {
  list: readonly Place[]
  find(nameOrCode: string): { place: Place; below: Child } | undefined
}

/** Rows from the texts of `states.csv`, `districts.csv` and `talukas.csv`. */
export function readPlaceRows(files: Record<keyof PlaceRows, string>): PlaceRows {
  const states = readTable(files.states, ['code', 'name', 'otherNames'])
  const districts = readTable(files.districts, ['code', 'stateCode', 'name', 'otherNames'])
  return {
    states: states.map((row) => ({ ...row, otherNames: splitCell(row.otherNames) })),
    districts: districts.map((row) => ({ ...row, otherNames: splitCell(row.otherNames) })),
    talukas: readTable(files.talukas, ['code', 'districtCode', 'name']),
  }
}

/**
 * The look-up of all places. A district's own name is always among its talukas: cities without
 * talukas (Mumbai City, Chandigarh) stay usable, and so does a district whose list misses
 * somebody's taluka. Throws where a name would have two meanings in one list, or a row hangs below
 * nothing.
 */
export function buildPlaces(rows: PlaceRows): Places {
  const talukaRows = Map.groupBy(rows.talukas, (row) => row.districtCode)
  const districtRows = Map.groupBy(rows.districts, (row) => row.stateCode)
  const states = level(rows.states, (state) =>
    level(takeBelow(districtRows, state.code), (district) =>
      level(withWhole(district, takeBelow(talukaRows, district.code)), () => null),
    ),
  )
  const [lost] = [...districtRows.keys(), ...talukaRows.keys()]
  if (lost !== undefined) throw new Error(`Rows of places hang below the unknown code "${lost}".`)

  function check(typed: PlaceNames, levels: number): AddressCheck {
    const state = states.find(typed.state)
    const district = state?.below.find(typed.district)
    const taluka = district?.below.find(typed.taluka)
    if (!state && levels > 0) return { problems: { state: 'Choose a state from the list' } }
    if (!district && levels > 1) {
      return { problems: { district: `Choose a district of ${state?.place.name}` } }
    }
    if (!taluka && levels > 2) {
      return { problems: { taluka: `Choose a taluka of ${district?.place.name}` } }
    }
    return {
      address: {
        state: state?.place.name ?? '',
        district: district?.place.name ?? '',
        taluka: taluka?.place.name ?? '',
      },
    }
  }

  return {
    states: states.list,
    findState: (state) => states.find(state)?.place,
    districtsOf: (state) => states.find(state)?.below.list,
    talukasOf: (state, district) => states.find(state)?.below.find(district)?.below.list,
    checkAddress: (typed) => check(typed, 3),
    checkTold: (typed) => check(typed, levelsTold(typed)),
  }
}

function levelsTold({ state, district, taluka }: PlaceNames): number {
  return [state, district, taluka].findLastIndex((name) => name !== '') + 1
}

type Row = Place & { otherNames?: string[] }

function level<Of extends Row, Child>(
  rows: readonly Of[],
  below: (row: Of) => Child,
): Level<Child> {
  const found = new Map<string, { place: Place; below: Child }>()
  for (const row of rows) {
    const entry = { place: { code: row.code, name: row.name }, below: below(row) }
    const keys = new Set([row.name, row.code, ...(row.otherNames ?? [])].map(foldName))
    for (const key of keys) {
      if (found.has(key)) throw new Error(`"${key}" names two places of one list.`)
      found.set(key, entry)
    }
  }
  const list = rows.map(({ code, name }) => ({ code, name }))
  return { list, find: (nameOrCode) => found.get(foldName(nameOrCode)) }
}

/** Takes the rows out, so that what remains in the end hung below nothing. */
function takeBelow<Below>(rows: Map<string, Below[]>, code: string): Below[] {
  const below = rows.get(code) ?? []
  rows.delete(code)
  return below
}

function withWhole(district: Row, talukas: readonly Row[]): Row[] {
  const named = talukas.some(({ name }) => foldName(name) === foldName(district.name))
  return named ? [...talukas] : [...talukas, { code: district.code, name: district.name }]
}
