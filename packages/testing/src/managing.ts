import type { Call } from './caller.ts'

/** Everybody's password after the seed of a development installation. */
export const seededPassword = 'Forecourt#2026'

export interface Account {
  id: string
  role: string
  status: string
  version: number
  email: string
  fullName: string
  serviceCenterIds: string[]
  available: string[]
}

export interface SignedIn {
  accessToken: string
  refreshToken: string
  user: Account
}

/** Signs somebody in who must be let in. */
export async function signIn(
  call: Call,
  email: string,
  password = seededPassword,
): Promise<SignedIn> {
  const { data, text } = await call<SignedIn>('POST /auth/login', { body: { email, password } })
  if (!data) throw new Error(`${email} was not let in: ${text}`)
  return data
}

/** The form of somebody who begins to work here, with an e-mail and phone that nobody has. */
export function staffForm(changes: Record<string, unknown> = {}) {
  people += 1
  return {
    email: `new${people}@forecourt.test`,
    password: 'Workshop#1',
    role: 'technician',
    firstName: 'Sunil',
    lastName: 'Gaikwad',
    phone: `+9198000${String(people).padStart(5, '0')}`,
    ...changes,
  }
}
let people = 0

/** The claims of an access token, unchecked. */
export function claimsIn({ accessToken }: Pick<SignedIn, 'accessToken'>): Record<string, unknown> {
  const [, payload = ''] = accessToken.split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
}
