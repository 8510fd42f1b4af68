import type { LocalStack } from './local-stack.ts'
import { photo } from './photo.ts'

export interface Registered {
  customer: { id: string; referenceId: string; verified: boolean }
  vehicles: { id: string; vehicleNumber: string }[]
}

const rahul = {
  fullName: 'Rahul Deshpande',
  email: 'rahul.deshpande@example.com',
  address: '12, Law College Road',
  city: 'Pune',
  taluka: 'Haveli',
  district: 'Pune',
  state: 'Maharashtra',
  pinCode: '411004',
}

/** Uploads a photo as the registration form does, and answers the file's id. */
async function uploadPhoto(stack: LocalStack, headers: Record<string, string>): Promise<string> {
  const form = new FormData()
  form.set('purpose', 'vehicle_photo')
  form.set('file', new Blob([new Uint8Array(await photo())], { type: 'image/jpeg' }), 'car.jpg')
  const { data, status, text } = await stack.call('POST /files', { body: form, headers })
  if (status !== 201) throw new Error(`The photo was not taken: ${text}`)
  return data.id
}

export async function submit(
  stack: LocalStack,
  mobileNumber: string,
  plates: string[],
  headers: Record<string, string> = {},
) {
  const from = headers['x-forwarded-for']
  const vehicles = await Promise.all(
    plates.map(async (vehicleNumber) => ({
      vehicleNumber,
      brand: 'Toyota',
      model: 'Innova',
      photoFileId: await uploadPhoto(stack, { ...(from && { 'x-forwarded-for': from }) }),
    })),
  )
  const email = `c${mobileNumber.replaceAll(' ', '')}@example.com`
  return stack.call<{ registrationId: string; phone: string }>('POST /registrations', {
    body: { customer: { ...rahul, email, mobileNumber }, vehicles },
    headers,
  })
}

/** The code that the inbox shows for this phone. */
export async function codeFor(stack: LocalStack, phone: string): Promise<string> {
  const isCode = /\b\d{6}\b/
  const { text } = await stack.message(phone, (message) =>
    Boolean(message.template?.includes('otp') && isCode.test(message.text)),
  )
  return isCode.exec(text)?.[0] ?? ''
}
