import { setTimeout as sleep } from 'node:timers/promises'
import type { InboxMessage, LocalStack } from './local-stack.ts'
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

/** The code that the inbox shows for this phone, in a message that is none of `former`. */
export async function codeFor(
  stack: LocalStack,
  phone: string,
  former: readonly InboxMessage[] = [],
): Promise<string> {
  const isCode = /\b\d{6}\b/
  const { text } = await stack.message(phone, (message) => {
    const isNew = !former.some(({ id }) => id === message.id)
    return isNew && Boolean(message.template?.includes('otp') && isCode.test(message.text))
  })
  return isCode.exec(text)?.[0] ?? ''
}

/** Opens an account by the code that comes to the phone, and answers its id and a token. */
export async function openAccount(
  stack: LocalStack,
  person: { name: string; email: string; phone: string },
): Promise<{ id: string; token: string }> {
  const { phone } = person
  const password = 'Forecourt#2026'
  const former = await stack.inbox(phone)
  await askPatiently(stack, { ...person, password })
  const otp = await codeFor(stack, phone, former)
  const { data, status, text } = await stack.call<{ customerId: string }>(
    'POST /customers/verify-otp',
    { body: { phone, otp } },
  )
  if (status !== 201) throw new Error(`No account was opened: ${text}`)
  return { id: data.customerId, token: await stack.login(person.email) }
}

/** One code a minute goes to a phone: whoever is told to wait asks once more after that. */
async function askPatiently(stack: LocalStack, body: object): Promise<void> {
  const ask = () => stack.call('POST /customers/send-otp', { body })
  const { status, headers } = await ask()
  if (status !== 429) return
  await sleep(Number(headers.get('retry-after')) * 1_000)
  await ask()
}
