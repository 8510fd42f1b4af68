import { codeFor, proveCode } from './code.ts'
import { applicantOf, submitForm } from './form.ts'
import type { Story } from './story.ts'

/** Two people claim one vehicle at the same moment: one of them gets it. */
export const rivals: Story = {
  name: 'rivals',
  weight: 1,
  async tell(client, town) {
    const one = applicantOf(client, 0, 1)
    const other = { ...applicantOf(client, 1, 1), plates: one.plates }
    const since = new Date(Date.now() - 50).toISOString()
    const claims = []
    for (const applicant of [one, other]) {
      const submitted = await submitForm(client, town, applicant)
      if (submitted?.status !== 201) return
      const { registrationId } = submitted.data as { registrationId: string }
      const code = await codeFor(client, applicant.phone, since)
      if (!code) return
      claims.push({ applicant, registrationId, code })
    }
    const proofs = await Promise.all(
      claims.map(({ applicant, registrationId, code }) =>
        proveCode(client, registrationId, applicant, code),
      ),
    )
    const won = proofs.filter(({ answer }) => answer?.status === 201)
    const unknown = proofs.filter(({ answer }) => answer === undefined)
    if (won.length > 1) client.breach(`${one.plates.join()} was given to two people`)
    if (won.length + unknown.length === 0) client.breach(`${one.plates.join()} went to nobody`)
    for (const { resident } of proofs) if (resident) town.residents.push(resident)
  },
}
