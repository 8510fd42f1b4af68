/**
 * The state codes of GST numbers. They are not the codes of the government's directory of places:
 * 26, 37 and 38 are other places there.
 */
export const gstStates: Readonly<Record<string, string>> = {
  '01': 'Jammu and Kashmir',
  '02': 'Himachal Pradesh',
  '03': 'Punjab',
  '04': 'Chandigarh',
  '05': 'Uttarakhand',
  '06': 'Haryana',
  '07': 'Delhi',
  '08': 'Rajasthan',
  '09': 'Uttar Pradesh',
  '10': 'Bihar',
  '11': 'Sikkim',
  '12': 'Arunachal Pradesh',
  '13': 'Nagaland',
  '14': 'Manipur',
  '15': 'Mizoram',
  '16': 'Tripura',
  '17': 'Meghalaya',
  '18': 'Assam',
  '19': 'West Bengal',
  '20': 'Jharkhand',
  '21': 'Odisha',
  '22': 'Chhattisgarh',
  '23': 'Madhya Pradesh',
  '24': 'Gujarat',
  '26': 'Dadra and Nagar Haveli and Daman and Diu',
  '27': 'Maharashtra',
  '29': 'Karnataka',
  '30': 'Goa',
  '31': 'Lakshadweep',
  '32': 'Kerala',
  '33': 'Tamil Nadu',
  '34': 'Puducherry',
  '35': 'Andaman and Nicobar Islands',
  '36': 'Telangana',
  '37': 'Andhra Pradesh',
  '38': 'Ladakh',
  '96': 'Other Countries',
  '97': 'Other Territory',
}

/** Names that people and directories write instead. */
const otherNames: Readonly<Record<string, string>> = {
  'nct of delhi': '07',
  'new delhi': '07',
  orissa: '21',
  uttaranchal: '05',
  pondicherry: '34',
  'dadra and nagar haveli': '26',
  'daman and diu': '26',
  'andaman and nicobar': '35',
}

const codes = new Map([
  ...Object.entries(gstStates).map(([code, name]) => [plain(name), code] as const),
  ...Object.entries(otherNames),
])

/** `27` for Maharashtra, however its name is written; undefined for a name that nobody knows. */
export function gstStateCode(state: string): string | undefined {
  return codes.get(plain(state))
}

function plain(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('&', ' and ')
    .replaceAll(/[^a-z]+/g, ' ')
    .trim()
    .replace(/^the /, '')
}
