import { OutreachRequested } from '@forecourt/contracts/customer-vehicle-events'
import { z } from 'zod'

const { type } = OutreachRequested.data.shape

/** A message that staff send to one customer by hand; without a text the template's own is sent. */
export const SendOutreach = z.object({
  type,
  text: z.string().trim().min(1).max(500).nullish(),
})
export type SendOutreach = z.infer<typeof SendOutreach>

/** Whether and by which ways it leaves, the customer's preferences decide. */
export const Outreach = z
  .object({ id: z.uuid(), status: z.literal('requested') })
  .meta({ id: 'Outreach' })

/** Thanks are always welcome; advertising only to whoever wants it. */
export function needsConsent({ type: asked }: SendOutreach): boolean {
  return asked === 'discount'
}
