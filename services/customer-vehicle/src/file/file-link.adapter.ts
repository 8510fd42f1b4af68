import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { fileUrl } from '@forecourt/contracts/file-address'
import type { KeyRing } from '@forecourt/platform/config'
import { problem } from '@forecourt/platform/problem'
import { z } from 'zod'
import type { FileLinks } from './file.ts'

const LIFE_S = 300

const Signed = z.object({ expires: z.string().regex(/^\d{1,12}$/), signature: z.string() })

/** Links are signed with a key of their own, drawn from the newest key of personal data. */
export function fileLinks(keys: KeyRing): FileLinks {
  const secrets = keys.map(({ secret }) =>
    Buffer.from(hkdfSync('sha256', secret, '', 'forecourt file link', 32)),
  )
  return {
    signed(id, now) {
      const [newest] = secrets
      if (!newest) throw new Error('There is no key to sign a link with.')
      const expires = String(secondsOf(now) + LIFE_S)
      return `${fileUrl(id)}?expires=${expires}&signature=${signatureOf(newest, id, expires)}`
    },
    check(id, query, now) {
      const { data } = Signed.safeParse(query)
      if (!data) throw problem('token_missing')
      const { expires, signature } = data
      const leftS = Number(expires) - secondsOf(now)
      const isOurs = secrets.some((secret) => equal(signature, signatureOf(secret, id, expires)))
      if (!isOurs || leftS < 0 || leftS > LIFE_S) throw problem('link_invalid')
    },
  }
}

function secondsOf(now: string): number {
  return Math.floor(Date.parse(now) / 1_000)
}

function signatureOf(secret: Buffer, id: string, expires: string): string {
  return createHmac('sha256', secret).update(`GET ${id} ${expires}`).digest('base64url')
}

function equal(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
