import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { buildPlaces, PinCode, readPlaceRows, Place } from './place.ts'

const places = buildPlaces(
  readPlaceRows({
    states: read('states.csv'),
    districts: read('districts.csv'),
    talukas: read('talukas.csv'),
  }),
)

describe('the lists', () => {
  test('hold all 36 states and union territories under their LGD codes', () => {
    expect(places.states).toHaveLength(36)
    expect(places.findState('27')).toEqual({ code: '27', name: 'Maharashtra' })
    // The union territories whose numbers other code lists use otherwise.
    expect([37, 38, 26].map((code) => places.findState(String(code))?.name)).toEqual([
      'Ladakh',
      'Dadra and Nagar Haveli and Daman and Diu',
      undefined,
    ])
  })

  test('hold the districts and talukas of Maharashtra', () => {
    const districts = places.districtsOf('Maharashtra') ?? []
    expect(districts).toHaveLength(36)
    // The districts that stand for themselves, such as Mumbai City, are no talukas of the count.
    const talukas = districts.flatMap((district) =>
      (places.talukasOf('27', district.code) ?? []).filter(({ code }) => code !== district.code),
    )
    expect(new Set(talukas.map(({ code }) => code)).size).toBe(358)
    expect(places.talukasOf('Maharashtra', 'Pune')?.map(({ name }) => name)).toEqual([
      'Ambegaon',
      'Baramati',
      'Bhor',
      'Daund',
      'Haveli',
      'Indapur',
      'Junnar',
      'Khed',
      'Maval',
      'Mulshi',
      'Pune City',
      'Purandar',
      'Shirur',
      'Velhe',
      'Pune',
    ])
  })

  test('every district of every state can be chosen down to a taluka', () => {
    for (const state of places.states) {
      const districts = places.districtsOf(state.name) ?? []
      expect(districts).not.toHaveLength(0)
      for (const district of districts) {
        const [taluka] = places.talukasOf(state.name, district.name) ?? []
        const names = { state: state.name, district: district.name, taluka: taluka?.name ?? '' }
        expect(places.checkAddress(names)).toEqual({ address: names })
        expect(
          places.checkAddress({
            state: state.code,
            district: district.code,
            taluka: taluka?.code ?? '',
          }),
        ).toEqual({ address: names })
      }
    }
  })

  test('answer nothing but code and name', () => {
    for (const state of places.states) expect(Place.strict().parse(state)).toEqual(state)
  })

  test('answer nothing below an unknown place', () => {
    expect(places.districtsOf('Atlantis')).toBeUndefined()
    expect(places.talukasOf('Maharashtra', 'Surat')).toBeUndefined()
    expect(places.talukasOf('Atlantis', 'Pune')).toBeUndefined()
  })
})

describe('an address', () => {
  test('is answered in the spelling of the lists', () => {
    expect(
      places.checkAddress({ state: ' MAHARASHTRA', district: 'pune ', taluka: 'haveli' }),
    ).toEqual({ address: { state: 'Maharashtra', district: 'Pune', taluka: 'Haveli' } })
  })

  test.each([
    ['Maharashtra', 'Aurangabad', 'Chhatrapati Sambhajinagar'],
    ['Maharashtra', 'Osmanabad', 'Dharashiv'],
    ['Maharashtra', 'Ahmednagar', 'Ahilyanagar'],
    ['Karnataka', 'Bangalore', 'Bengaluru Urban'],
    ['Orissa', 'Khurda', 'Khordha'],
  ])('in %s may name %s, which is %s today', (state, former, name) => {
    expect(districtNamed(state, former)).toBe(name)
  })

  test('district names repeat across states and stay apart', () => {
    const found = ['Bihar', 'Maharashtra'].map((state) => districtNamed(state, 'Aurangabad'))
    expect(found).toEqual(['Aurangabad', 'Chhatrapati Sambhajinagar'])
    expect(districtNamed('Uttar Pradesh', 'Bilaspur')).toBeUndefined()
    expect(places.talukasOf('Chhattisgarh', 'Bilaspur')).not.toEqual(
      places.talukasOf('Himachal Pradesh', 'Bilaspur'),
    )
  })

  test.each([
    ['Mumbai City', '27'],
    ['Chandigarh', '4'],
    ['Pune', '27'],
  ])('may give %s as the taluka of itself', (district, state) => {
    const { address } = places.checkAddress({ state, district, taluka: district })
    expect(address?.taluka).toBe(district)
  })

  test.each([
    [
      { state: 'Atlantis', district: 'Pune', taluka: 'Haveli' },
      { state: 'Choose a state from the list' },
    ],
    [{ state: '', district: '', taluka: '' }, { state: 'Choose a state from the list' }],
    [
      { state: 'Gujarat', district: 'Pune', taluka: 'Haveli' },
      { district: 'Choose a district of Gujarat' },
    ],
    [
      { state: 'Maharashtra', district: 'Pune', taluka: 'Olpad' },
      { taluka: 'Choose a taluka of Pune' },
    ],
  ])('%j is refused at the field that names no place', (typed, problems) => {
    expect(places.checkAddress(typed)).toEqual({ problems })
  })
})

describe('an address of which only some was told', () => {
  test.each([
    ['', '', '', ['', '', '']],
    ['maharashtra', '', '', ['Maharashtra', '', '']],
    ['maharashtra', 'pune', '', ['Maharashtra', 'Pune', '']],
    ['maharashtra', 'pune', 'haveli', ['Maharashtra', 'Pune', 'Haveli']],
  ])('is taken: %j, %j, %j', (state, district, taluka, known) => {
    const address = { state: known[0], district: known[1], taluka: known[2] }
    expect(places.checkTold({ state, district, taluka })).toEqual({ address })
  })

  test.each([
    ['Atlantis', '', '', { state: 'Choose a state from the list' }],
    ['', 'Pune', '', { state: 'Choose a state from the list' }],
    ['Maharashtra', 'Surat', '', { district: 'Choose a district of Maharashtra' }],
    ['Maharashtra', '', 'Haveli', { district: 'Choose a district of Maharashtra' }],
  ])('is refused where it names no place: %j, %j, %j', (state, district, taluka, problems) => {
    expect(places.checkTold({ state, district, taluka })).toEqual({ problems })
  })
})

describe('rows that contradict each other', () => {
  const rows = {
    states: [{ code: '1', name: 'Alpha', otherNames: [] }],
    districts: [{ code: '1-a', stateCode: '1', name: 'Anna', otherNames: ['Old Anna'] }],
    talukas: [{ code: '1-a-b', districtCode: '1-a', name: 'Bela' }],
  }

  test('two places of one name are refused', () => {
    const twin = { code: '1-b', stateCode: '1', name: 'OLD ANNA', otherNames: [] }
    expect(() => buildPlaces({ ...rows, districts: [...rows.districts, twin] })).toThrow(/oldanna/)
  })

  test('a row below an unknown place is refused', () => {
    const lost = { code: '9-a-b', districtCode: '9-a', name: 'Bela' }
    expect(() => buildPlaces({ ...rows, talukas: [lost] })).toThrow(/9-a/)
  })

  test('sound rows are taken', () => {
    expect(
      buildPlaces(rows)
        .talukasOf('alpha', 'old anna')
        ?.map(({ name }) => name),
    ).toEqual(['Bela', 'Anna'])
  })
})

test('a PIN code has six digits and no leading zero', () => {
  expect(PinCode.parse(' 411001 ')).toBe('411001')
  for (const typed of ['011001', '41100', '4110011', '4110a1', '४११००१']) {
    expect(PinCode.safeParse(typed).success).toBe(false)
  }
})

/** What a district is called today; undefined where the state has none of this name. */
function districtNamed(state: string, name: string): string | undefined {
  const [taluka] = places.talukasOf(state, name) ?? []
  return places.checkAddress({ state, district: name, taluka: taluka?.code ?? '' }).address
    ?.district
}

function read(name: string): string {
  return readFileSync(new URL(`../../reference/${name}`, import.meta.url), 'utf8')
}
