import type { Client } from '../client.ts'
import type { Answer } from '../journal.ts'
import type { Applicant } from './form.ts'
import type { Resident } from './story.ts'

/** Before another code may go to the same phone, and some more, because clocks differ. */
const COOLDOWN_MS = 63_000

interface Registered {
  customer: { id: string; referenceId: string }
  vehicles: { id: string }[]
}

/**
 * The code that came to the phone after `since`, ISO 8601; nothing when the client does not wait
 * any longer. Whether it comes at all is asked in the end, of every message at once.
 */
export async function codeFor(
  client: Client,
  phone: string,
  since: string,
): Promise<string | undefined> {
  const digits = /\b\d{6}\b/
  const message = await client.message(
    phone,
    ({ template, text, sentAt }) =>
      sentAt >= since && template?.includes('otp') === true && digits.test(text),
  )
  return digits.exec(message?.text ?? '')?.[0]
}

/** Presents the code; answers the resident whom that has made, or made the owner of one more. */
export async function proveCode(
  client: Client,
  registrationId: string,
  { phone, email, plates, isOfPune }: Applicant,
  otp: string,
): Promise<{ answer: Answer | undefined; resident: Resident | undefined }> {
  const answer = await client.command(
    { kind: 'verify', registrationId, phone, plates },
    {
      endpoint: 'POST /registrations/:id/verify',
      path: `/registrations/${registrationId}/verify`,
      body: { otp },
    },
  )
  if (answer?.status !== 201) return { answer, resident: undefined }
  const { customer, vehicles } = answer.data as Registered
  const ids = { customerId: customer.id, vehicleIds: vehicles.map(({ id }) => id) }
  const mayReturnAt = Date.now() + COOLDOWN_MS
  return { answer, resident: { ...ids, phone, email, isOfPune, mayReturnAt } }
}

/** Mistypes the code first. */
export async function guessWrong(
  client: Client,
  registrationId: string,
  right: string,
): Promise<void> {
  const otp = right === '000000' ? '111111' : '000000'
  const answer = await client.command(
    { kind: 'guess', registrationId },
    {
      endpoint: 'POST /registrations/:id/verify',
      path: `/registrations/${registrationId}/verify`,
      body: { otp },
    },
  )
  if (answer && answer.status < 300) client.breach(`a wrong code proved ${registrationId}`)
}
