import type { Client } from '../client.ts'
import type { Story } from './story.ts'

const PASSWORD = 'Forecourt#2026'
const staff = ['admin', 'manager', 'advisor', 'technician', 'manager.mum', 'advisor.mum']
/** For so long a refresh token that was exchanged is met by the same successor again. */
const GRACE_MS = 10_000

interface Tokens {
  accessToken: string
  refreshToken: string
}

interface Person {
  id: string
  serviceCenterIds: string[]
}

export interface SignedIn extends Tokens {
  sessionId: string
  userId: string
  /** Of the center where the person works; nothing for who works everywhere. */
  centerId: string
}

export async function signIn(client: Client, person: string): Promise<SignedIn | undefined> {
  const answer = await client.command(
    { kind: 'login', person },
    {
      endpoint: 'POST /auth/login',
      body: { email: `${person}@forecourt.test`, password: PASSWORD },
      keyed: false,
    },
  )
  if (answer?.status !== 200) return undefined
  const { accessToken, refreshToken, user } = answer.data as Tokens & { user: Person }
  const { id: userId, serviceCenterIds } = user
  const centerId = serviceCenterIds[0] ?? ''
  return { accessToken, refreshToken, sessionId: sessionOf(accessToken), userId, centerId }
}

function sessionOf(accessToken: string): string {
  const [, claims = ''] = accessToken.split('.')
  return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sid: string }).sid
}

export async function signOut(client: Client, { accessToken, sessionId }: SignedIn): Promise<void> {
  const told = await client.command(
    { kind: 'logout', sessionId },
    { endpoint: 'POST /auth/logout', token: accessToken },
  )
  if (!told) return
  const asked = await client.read({ endpoint: 'GET /auth/me', token: accessToken })
  if (asked && asked.status !== 401) client.breach(`the session ${sessionId} outlived its logout`)
}

/** Somebody of the staff signs in, exchanges tokens and signs out. */
export const keepsSession: Story = {
  name: 'keeps-session',
  weight: 2,
  async tell(client) {
    const first = await signIn(client, client.chance.pick(staff))
    if (!first) return
    let session = first
    for (let left = client.chance.between(1, 3); left > 0; left -= 1) {
      const begun = Date.now()
      const answer = await client.command(
        { kind: 'refresh' },
        {
          endpoint: 'POST /auth/refresh-token',
          body: { refreshToken: session.refreshToken },
          keyed: false,
        },
      )
      if (answer?.status !== 200) {
        const mayBeLost = answer === undefined || Date.now() - begun >= GRACE_MS
        if (!mayBeLost) client.breach(`a refresh token was refused: ${answer.reason}`)
        return
      }
      const { accessToken, refreshToken } = answer.data as Tokens
      session = { ...first, accessToken, refreshToken }
    }
    if (client.chance.happens(0.8)) await signOut(client, session)
  },
}
