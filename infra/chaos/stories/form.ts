import type { Chance } from '../chance.ts'
import type { Client } from '../client.ts'
import type { Answer } from '../journal.ts'
import type { Town } from './story.ts'

const BOUNDARY = '----------------chaos-of-forecourt'
const SERIES = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
const RTOS = ['MH12', 'MH14', 'MH01', 'MH02', 'KA05']
const zones = [
  { pinCode: '411004', isOfPune: true },
  { pinCode: '412207', isOfPune: true },
  { pinCode: '400069', isOfPune: false },
] as const

export interface Applicant {
  phone: string
  email: string
  pinCode: string
  isOfPune: boolean
  plates: string[]
}

/** Somebody whom no other story of the campaign knows. `nth` tells those of one story apart. */
export function applicantOf(client: Client, nth: number, vehicles: number): Applicant {
  const number = `98${String(numberOf(client, nth)).padStart(8, '0')}`
  return {
    phone: `+91${number}`,
    email: `c${number}@example.com`,
    ...client.chance.pick(zones),
    plates: Array.from({ length: vehicles }, (_, vehicle) => plateOf(client, nth, vehicle)),
  }
}

/** A mark that stands on no other vehicle of the campaign. */
export function plateOf(client: Client, nth: number, vehicle: number): string {
  const count = numberOf(client, nth) * 4 + vehicle
  const [first, second] = [Math.floor(count / 9_999) % 24, Math.floor(count / (9_999 * 24)) % 24]
  const series = `${SERIES[second]}${SERIES[first]}`
  return `${rtoOf(client.chance)}${series}${String((count % 9_999) + 1).padStart(4, '0')}`
}

function rtoOf(chance: Chance): string {
  return chance.pick(RTOS)
}

/** Below 10 million: eight clients of 10 000 stories of ten people each. */
function numberOf({ name }: Client, nth: number): number {
  const [client = 0, story = 0] = name.split('.').map(Number)
  return client * 1_000_000 + story * 10 + nth
}

/** Uploads a photo for each vehicle and submits the form; answers what that was answered. */
export async function submitForm(
  client: Client,
  town: Town,
  applicant: Applicant,
): Promise<Answer | undefined> {
  const photos: string[] = []
  for (const _ of applicant.plates) {
    const id = await uploadPhoto(client, town)
    if (id === undefined) return undefined
    photos.push(id)
  }
  return client.command(submitted(applicant), {
    endpoint: 'POST /registrations',
    body: formOf(applicant, photos),
  })
}

function submitted({ phone, email, plates }: Applicant) {
  return { kind: 'submit', phone, email, plates } as const
}

async function uploadPhoto(client: Client, { photo }: Town): Promise<string | undefined> {
  const head = (name: string) => `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"`
  const body = Buffer.concat([
    Buffer.from(`${head('purpose')}\r\n\r\nvehicle_photo\r\n`),
    Buffer.from(`${head('file')}; filename="car.jpg"\r\ncontent-type: image/jpeg\r\n\r\n`),
    photo,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ])
  const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }
  const answer = await client.command(
    { kind: 'upload' },
    { endpoint: 'POST /files', body, headers },
  )
  return (answer?.data as { id: string } | null | undefined)?.id
}

function formOf({ phone, email, pinCode, plates }: Applicant, photos: string[]) {
  return {
    customer: {
      fullName: 'Rahul Deshpande',
      mobileNumber: phone,
      email,
      address: '12, Law College Road',
      city: 'Pune',
      taluka: 'Haveli',
      district: 'Pune',
      state: 'Maharashtra',
      pinCode,
    },
    vehicles: plates.map((vehicleNumber, at) => ({
      vehicleNumber,
      brand: 'Toyota',
      model: 'Innova',
      photoFileId: photos[at],
    })),
  }
}
