import { randomBytes, randomUUID } from 'node:crypto'
import { headOffice, mumbai, pune, type Person } from './people.ts'
import type { Stack } from './stack.ts'

/** What the form of a registration is answered with, where answers show codes. */
export interface Awaited {
  registrationId: string
  phone: string
  expiresInMinutes: number
  requiresVerification: boolean
  otp_for_testing: string
}

export interface Verified {
  customer: { id: string; referenceId: string; [field: string]: unknown }
  vehicles: { id: string; vehicleNumber: string; [field: string]: unknown }[]
}

/** Rahul lives in Pune, near Asha's center. */
export const rahul = {
  fullName: 'Rahul Deshpande',
  mobileNumber: '98765 43210',
  email: 'rahul@example.com',
  address: '12, Law College Road',
  city: 'Pune',
  taluka: 'Haveli',
  district: 'Pune',
  state: 'Maharashtra',
  pinCode: '411004',
}

/** The centers as identity tells of them: Pune serves 411, Mumbai 400, the head office the rest. */
export async function knowCenters({ admin }: Pick<Stack, 'admin'>): Promise<void> {
  await admin.query(
    `insert into service_center (id, code, name, is_active, is_head_office, pin_prefixes, state,
                                 time_zone, version)
     select id::uuid, code, name, true, code = 'HO', prefixes::text[], 'Maharashtra',
            'Asia/Kolkata', 1
       from (values ($1, 'PUN', 'Forecourt Pune', '{411}'),
                    ($2, 'MUM', 'Forecourt Mumbai', '{400}'),
                    ($3, 'HO', 'Forecourt', '{}')) as center (id, code, name, prefixes)`,
    [pune, mumbai, headOffice],
  )
}

/** A photo as it lies there after its upload; answers its id. */
export async function keepPhoto({ admin }: Pick<Stack, 'admin'>): Promise<string> {
  const id = randomUUID()
  const random = randomBytes(15).toString('hex')
  await admin.query(
    `insert into file (id, purpose, storage_key, content_type, bytes, width, height)
     values ($1, 'vehicle_photo', $2, 'image/webp', 1000, 640, 480)`,
    [id, `customer-vehicle/00/${random}`],
  )
  return id
}

/** One vehicle of a form, with a photo of its own. */
export async function vehicleOf(stack: Pick<Stack, 'admin'>, vehicleNumber: string) {
  const photoFileId = await keepPhoto(stack)
  return { vehicleNumber, brand: 'Toyota', model: 'Innova Crysta', photoFileId }
}

/** A phone that no test has used yet: `+9190000…`. */
export function newPhone(): string {
  phones += 1
  return `+9190000${String(phones).padStart(5, '0')}`
}
let phones = 0

/** A mark of Pune that no test has used yet: `MH12ZA0001`. */
export function newPlate(rto = 'MH12'): string {
  plates += 1
  return `${rto}ZA${String(plates).padStart(4, '0')}`
}
let plates = 0

interface Form {
  customer?: Record<string, unknown>
  plates?: string[]
  serviceCenterId?: string
}

/** The form of a person like Rahul, with a phone and a mark of its own where none is named. */
export async function fillForm(stack: Pick<Stack, 'admin'>, form: Form = {}) {
  const { customer, plates: marks = [newPlate()], ...rest } = form
  const vehicles = await Promise.all(marks.map((mark) => vehicleOf(stack, mark)))
  return { customer: { ...rahul, mobileNumber: newPhone(), ...customer }, vehicles, ...rest }
}

/** Submits a form; `as` is who enters it, nobody by default. */
export async function submit(
  stack: Pick<Stack, 'admin' | 'call'>,
  { as, ...form }: Form & { as?: Person } = {},
) {
  const body = await fillForm(stack, form)
  return stack.call<Awaited>('POST /registrations', { body, ...(as && { as }) })
}

/** Registers somebody with the right code. Needs a stack that shows codes (`APP_DEBUG=true`). */
export async function register(
  stack: Pick<Stack, 'admin' | 'call'>,
  { as, ...form }: Form & { as?: Person } = {},
): Promise<Verified> {
  const submitted = await submit(stack, { ...form, ...(as && { as }) })
  const { registrationId, otp_for_testing: otp } = submitted.data ?? {}
  const { status, data, text } = await stack.call<Verified>(
    `POST /registrations/${registrationId}/verify`,
    { body: { otp }, ...(as && { as }) },
  )
  if (status !== 201) throw new Error(`Nobody was registered: ${submitted.text} ${text}`)
  return data
}
