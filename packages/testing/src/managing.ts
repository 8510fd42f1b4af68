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

type By = Pick<SignedIn, 'accessToken'>

/** What those do who manage accounts, at a stack that is opened later than it is named here. */
export function managing(callOf: () => Call) {
  const open = (by: By, changes: Record<string, unknown>, headers = {}) =>
    callOf()<Account>('POST /auth/register', {
      token: by.accessToken,
      body: staffForm(changes),
      headers,
    })
  return {
    open,
    async opened(by: By, changes: Record<string, unknown>): Promise<Account> {
      const { status, data, text } = await open(by, changes)
      if (status !== 201) throw new Error(text)
      return data
    },
    /** Somebody whose password no other test knows. */
    async newPerson(by: By, changes: Record<string, unknown>) {
      const form = staffForm(changes)
      const { data, text } = await callOf()<{ id: string }>('POST /admin/users', {
        token: by.accessToken,
        body: form,
      })
      if (!data) throw new Error(text)
      return { ...form, id: data.id }
    },
    change: (by: By, id: string, body: object, headers = {}) =>
      callOf()<Account>(`PUT /admin/users/${id}`, { token: by.accessToken, body, headers }),
    suspend: (by: By, id: string) =>
      callOf()<Account>(`DELETE /admin/users/${id}`, { token: by.accessToken }),
  }
}

/** The claims of an access token, unchecked. */
export function claimsIn({ accessToken }: Pick<SignedIn, 'accessToken'>): Record<string, unknown> {
  const [, payload = ''] = accessToken.split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
}
