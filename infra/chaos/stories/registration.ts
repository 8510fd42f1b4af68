import type { Client } from '../client.ts'
import { codeFor, guessWrong, proveCode } from './code.ts'
import { applicantOf, plateOf, submitForm, type Applicant } from './form.ts'
import type { Resident, Story, Town } from './story.ts'

/** The clocks of the provider and of a client are one machine's, but messages are told in ms. */
const CLOCKS_DIFFER_MS = 50
/** Of so many newest residents one comes with a vehicle. */
const KNOWN = 10

/** Somebody registers one or two vehicles, and mistypes the code now and then. */
export const registers: Story = {
  name: 'registers',
  weight: 5,
  async tell(client, town) {
    const vehicles = client.chance.happens(0.3) ? 2 : 1
    await register(client, town, applicantOf(client, 0, vehicles))
  },
}

/** Somebody who is known registers one more vehicle with the same phone. */
export const returns: Story = {
  name: 'returns',
  weight: 2,
  async tell(client, town) {
    const known = town.residents.find(({ mayReturnAt }) => mayReturnAt < Date.now())
    if (!known) return registers.tell(client, town)
    // Two clients must not wait for one phone's codes.
    town.residents.splice(town.residents.indexOf(known), 1)
    const plates = [plateOf(client, 1, 0)]
    const pinCode = known.isOfPune ? '411004' : '400069'
    await register(client, town, { ...known, pinCode, plates })
  },
}

async function register(
  client: Client,
  town: Town,
  applicant: Applicant,
): Promise<Resident | undefined> {
  const since = new Date(Date.now() - CLOCKS_DIFFER_MS).toISOString()
  const submitted = await submitForm(client, town, applicant)
  if (submitted?.status !== 201) return undefined
  const { registrationId } = submitted.data as { registrationId: string }
  const code = await codeFor(client, applicant.phone, since)
  if (!code) return undefined
  if (client.chance.happens(0.2)) await guessWrong(client, registrationId, code)
  const { resident } = await proveCode(client, registrationId, applicant, code)
  if (resident) town.residents.push(resident)
  return resident
}

/** Somebody who lives here already, or else registers now. */
export async function visitorOf(client: Client, town: Town): Promise<Resident | undefined> {
  const { residents } = town
  if (residents.length > 0) return client.chance.pick(residents.slice(-KNOWN))
  return register(client, town, applicantOf(client, 0, 1))
}
