import type { Answered, Call } from './caller.ts'

/** Gil, as the requirement has him; nobody has his contacts yet. */
export function ownerForm(changes: Record<string, unknown> = {}) {
  owners += 1
  return {
    fullName: 'Gil Benedict Chiu',
    email: `gil.${owners}@example.com`,
    phoneNumber: `+97150${String(owners).padStart(7, '0')}`,
    password: 'SecurePass123!',
    ...changes,
  }
}
let owners = 0

/** Where the garage of the requirement is. */
export const location = {
  address: 'AutoSaaz Workshop, Building 15',
  street: 'Sheikh Zayed Road',
  state: 'Dubai',
  location: 'Al Quoz Industrial Area',
  coordinates: { latitude: 25.2048, longitude: 55.2708 },
}

/** What the garage of the requirement is. */
export const business = {
  companyLegalName: 'AutoSaaz Garage Services LLC',
  emiratesIdUrl: 'https://files.example.com/garage-documents/emirates-id-123.pdf',
  tradeLicenseNumber: 'TL-123456',
  vatCertification: 'VAT-789012',
}

export interface OwnerRegistered {
  userId: string
  email: string
  phoneNumber: string
  otp_for_testing: { sms: string; email: string }
}

export interface GarageOpened {
  user: { id: string; email: string; role: string; status: string; createdAt: string }
  profile: Record<string, unknown>
  accessToken: string
  refreshToken: string
}

/**
 * The steps of a garage's owner, each from an address of its own, so that no limit per address
 * stops them. Codes are read from answers, which show them under `APP_DEBUG` alone.
 */
export function garaging(callOf: () => Call) {
  function post<Data>(path: `/${string}`, body: unknown): Promise<Answered<Data>> {
    addresses += 1
    const from = `198.18.${addresses >> 8}.${addresses & 255}`
    return callOf()<Data>(`POST ${path}`, { body, headers: { 'x-forwarded-for': from } })
  }
  const steps = {
    begin: (form: object) => post<OwnerRegistered>('/auth/register/step1', form),
    verify: (body: object) => post<object>('/auth/verify', body),
    resend: (body: object) => post<OwnerRegistered>('/auth/verify/resend', body),
    locate: (userId: string, changes: object = {}) =>
      post<{ nextStep: number }>('/auth/register/step2', { userId, ...location, ...changes }),
    complete: (userId: string, changes: object = {}) =>
      post<GarageOpened>('/auth/register/step3', { userId, ...business, ...changes }),
  }
  async function begun(form = ownerForm()) {
    const { data, text } = await steps.begin(form)
    if (!data) throw new Error(`The form was refused: ${text}`)
    return { form, userId: data.userId, codes: data.otp_for_testing }
  }
  async function verified(form = ownerForm(), by: 'sms' | 'email' = 'email') {
    const { userId, codes } = await begun(form)
    const { status, text } = await steps.verify({ code: codes[by], email: form.email })
    if (status !== 200) throw new Error(`The code was refused: ${text}`)
    return { form, userId }
  }
  async function located(form = ownerForm(), by: 'sms' | 'email' = 'email') {
    const { userId } = await verified(form, by)
    const { status, text } = await steps.locate(userId)
    if (status !== 200) throw new Error(`The place was refused: ${text}`)
    return { form, userId }
  }
  async function opened(form = ownerForm(), by: 'sms' | 'email' = 'email') {
    const { userId } = await located(form, by)
    const { data, text } = await steps.complete(userId)
    if (!data) throw new Error(`The garage was not opened: ${text}`)
    return { form, handle: userId, ...data }
  }
  return { ...steps, begun, verified, located, opened }
}
let addresses = 0
