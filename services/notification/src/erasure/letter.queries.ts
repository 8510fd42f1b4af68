import {
  CustomerOtpRequested,
  OtpRequestedData,
} from '@forecourt/contracts/customer-vehicle-events'
import {
  AccountOtpRequested,
  ContactReplaced,
  PasswordResetRequested,
} from '@forecourt/contracts/identity-events'
import { unseal } from '@forecourt/platform/personal'
import { sql } from 'kysely'
import type { Hearing } from '../db.ts'

/** Letters of these name an account at most; whom they are to is sealed in them. */
const codes = [CustomerOtpRequested, AccountOtpRequested, PasswordResetRequested, ContactReplaced]
const Reset = PasswordResetRequested.data
const Replaced = ContactReplaced.data

/** Drops what could not be brought to one of these addresses, or is about the account. */
export async function dropUndelivered(
  context: Hearing,
  { addresses, accountId }: { addresses: string[]; accountId: string | null },
): Promise<void> {
  const { rows } = await sql<{ id: string; text: string }>`
    select id, convert_from(value, 'UTF8') as text from dead_letter
     where topic = any (${codes.map(({ topic }) => topic)}) and reason <> 'poison'`.execute(
    context.db,
  )
  const theirs = rows.filter(({ text }) => {
    const isAbout = accountId !== null && text.includes(accountId)
    return isAbout || addresses.includes(destinationOf(context, text))
  })
  const ids = theirs.map(({ id }) => id)
  await sql`delete from dead_letter where id = any (${ids}::uuid[])`.execute(context.db)
}

function destinationOf({ transportKeys }: Hearing, text: string): string {
  const data: unknown = JSON.parse(text)
  const otp = OtpRequestedData.safeParse(data).data
  if (otp) return unseal(transportKeys, otp.destination, `otp|destination|${otp.otpId}`)
  const replaced = Replaced.safeParse(data).data
  if (replaced) {
    const place = `contact-replaced|destination|${replaced.changeId}`
    return unseal(transportKeys, replaced.destination, place)
  }
  const { resetId, destination } = Reset.parse(data)
  return unseal(transportKeys, destination, `password-reset|destination|${resetId}`)
}
