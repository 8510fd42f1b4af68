import { randomUUIDv7 } from 'node:crypto'
import type { OtpChannel, OtpRequestedData } from '@forecourt/contracts/customer-vehicle-events'
import { errors } from '@forecourt/contracts/errors'
import { phoneCountry } from '@forecourt/contracts/phone'
import { seal } from '@forecourt/platform/personal'
import { problem } from '@forecourt/platform/problem'
import { sql, type Kysely } from 'kysely'
import type { z } from 'zod'
import { digestOfBody, digestOfCode, makeCode, newestKey } from './code.ts'
import type { OtpMeans } from './means.ts'
import type { OtpPolicy } from './otp.ts'
import { takeSending } from './send-budget.ts'

/** Who gets a code: one and the same by all its channels. */
export interface Recipient {
  /** Phone in E.164, or e-mail, in its normal form. */
  destination: string
  /** Its blind index. */
  index: string
  channels: z.infer<typeof OtpChannel>[]
}

export interface Sending {
  policy: OtpPolicy
  /** The thing that the code speaks of: a registration's id. */
  subject: string
  /** The body that the code is sent for, in one canonical text; it proves this and no other. */
  body: string
  /** Whom the budgets count, the phone as a rule, and whoever else gets a code of their own. */
  to: readonly [Recipient, ...Recipient[]]
  /** The caller's address; null for signed-in staff, whose address is not counted. */
  address: string | null
  serviceCenterId: string | null
}

export interface Sent {
  otpId: string
  /** By the database's clock. */
  expiresAt: string
  /** One for each recipient, to be emitted in this order with the versions 1, 2, … */
  requested: z.infer<typeof OtpRequestedData>[]
  /** The codes in the order of recipients, only where answers may show them. */
  codes: string[] | undefined
}

type Asked = Pick<Sending, 'policy' | 'body' | 'to'>

/**
 * The subject whose code for the same phone, purpose and body still lives; undefined when none
 * does. Throws `registration_pending` when a living code was sent for another body. Takes nothing
 * from the budgets. Inside a transaction, whoever asks for the same phone meanwhile waits for its
 * end, so that of two forms that come together one is first.
 */
export async function livingSubject<Tables>(
  means: OtpMeans,
  db: Kysely<Tables>,
  { policy: { purpose }, body, to: [{ index }] }: Asked,
): Promise<string | undefined> {
  const lock = `otp|${purpose}|${index}`
  await sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`.execute(db)
  const { rows } = await sql<{
    subject: string
    proves: Buffer
    keyVersion: string
    leftS: number
  }>`
    select subject, proves, key_version,
           ceil(extract(epoch from expires_at - now()))::int as left_s
      from otp
     where destination_indexes[1] = ${index} and purpose = ${purpose}
       and consumed_at is null and voided_at is null and expires_at > now()
       and (attempts < max_attempts or proved_at is not null)`.execute(db)
  const [living] = rows
  if (!living) return undefined
  const key = means.keys.find(({ version }) => version === living.keyVersion)
  // A body is no secret to the one who sends it, so the time of this comparison tells nothing.
  if (key && digestOfBody(key.secret, purpose, body).equals(living.proves)) return living.subject
  throw problem('registration_pending', { retryAfterS: living.leftS })
}

/**
 * Makes and keeps a code, voiding the one that was sent before; must be the last work of its
 * transaction, whose failure gives the budgets back. Throws `country_not_served`,
 * `registration_pending`, `sms_unavailable`, `otp_cooldown`, `otp_budget_spent` and `otp_capped`; a
 * refused sending leaves a living code as it is.
 */
export async function sendCode<Tables>(
  means: OtpMeans,
  db: Kysely<Tables>,
  sending: Sending,
): Promise<Sent> {
  const [first] = sending.to
  const country = isByMail(first) ? null : servedCountry(means, first.destination)
  await livingSubject(means, db, sending)
  const isReached = (one: Pick<Recipient, 'channels'>) => means.reachesPhones || isByMail(one)
  const reached = sending.to.filter(isReached)
  if (reached.length === 0) throw problem('sms_unavailable', { retryAfterS: 3_600 })
  const giveBack = await takeSending(means, {
    country,
    destinationIndex: first.index,
    messages: reached
      .flatMap((recipient) => recipient.channels)
      .filter((channel) => channel !== 'email').length,
    address: sending.address,
  })
  try {
    const sent = await keepCode(means, db, sending)
    return { ...sent, requested: sent.requested.filter(isReached) }
  } catch (error) {
    await giveBack()
    throw error
  }
}

function isByMail({ channels }: Pick<Recipient, 'channels'>): boolean {
  return channels.every((channel) => channel === 'email')
}

/** The country of a phone. Throws `country_not_served`, naming the field that the phone was in. */
export function servedCountry({ countries }: OtpMeans, phone: string, field?: string): string {
  const country = phoneCountry(phone)
  if (country !== null && countries.includes(country)) return country
  const { text } = errors.country_not_served
  throw problem('country_not_served', field === undefined ? {} : { fields: { [field]: [text] } })
}

/**
 * Makes and keeps a code in the place of the former one, and takes nothing from the budgets: on its
 * own for a developer alone, who goes on though nobody is brought a message.
 */
export async function keepCode<Tables>(
  means: OtpMeans,
  db: Kysely<Tables>,
  { policy, subject, body, to, serviceCenterId }: Sending,
): Promise<Sent> {
  const { purpose } = policy
  const otpId = randomUUIDv7()
  const key = newestKey(means.keys)
  const codes = to.map(() => makeCode(policy.length))
  const digests = to.map(({ index }, at) =>
    digestOfCode(key.secret, { id: otpId, purpose, destinationIndex: index }, codes[at] ?? ''),
  )
  await sql`update otp set voided_at = now()
    where destination_indexes[1] = ${to[0].index} and purpose = ${purpose}
      and consumed_at is null and voided_at is null`.execute(db)
  const { rows } = await sql<{ expiresAt: string }>`
    insert into otp (id, purpose, subject, destination_indexes, digests, key_version, proves,
                     max_attempts, expires_at)
    values (${otpId}, ${purpose}, ${subject}::uuid, ${to.map(({ index }) => index)}, ${digests},
            ${key.version}, ${digestOfBody(key.secret, purpose, body)}, ${policy.tries},
            now() + make_interval(secs => ${policy.lifeS}))
    on conflict do nothing
    returning expires_at`.execute(db)
  const expiresAt = rows[0]?.expiresAt
  // The cooldown ran out while another sending was still under way; that one's code stands.
  if (!expiresAt) throw problem('otp_cooldown', { retryAfterS: means.cooldownS })
  const requested = to.map(({ destination, channels }, at) => ({
    otpId,
    purpose,
    serviceCenterId,
    channels,
    destination: seal(means.transportKeys, destination, `otp|destination|${otpId}`),
    code: seal(means.transportKeys, codes[at] ?? '', `otp|code|${otpId}`),
    expiresAt,
  }))
  return { otpId, expiresAt, requested, codes: means.reveals ? codes : undefined }
}
