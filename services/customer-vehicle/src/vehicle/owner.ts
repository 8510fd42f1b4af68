import { Email } from '@forecourt/contracts/email'
import { Phone } from '@forecourt/contracts/phone'
import { orNothing, unlessBlank } from '@forecourt/contracts/typed'
import { z } from 'zod'
import { CountryOfAddress, PinCode } from '../place/place.ts'
import { CustomerFields } from '../registration/form.ts'

/** Where an owner lives: a street line, or as answers show it, with as much as is known. */
const OwnerAddress = z.preprocess(
  spellAddress,
  z
    .object({
      street: orNothing(CustomerFields.shape.address),
      city: orNothing(CustomerFields.shape.city),
      taluka: orNothing(CustomerFields.shape.taluka),
      district: orNothing(CustomerFields.shape.district),
      state: orNothing(CustomerFields.shape.state),
      zipCode: orNothing(PinCode),
      country: orNothing(CountryOfAddress),
    })
    .nullish(),
)
export type OwnerAddress = z.output<typeof OwnerAddress>

function spellAddress(value: unknown): unknown {
  if (typeof value === 'string') return { street: value }
  if (typeof value !== 'object' || value === null || !('pinCode' in value)) return value
  const { pinCode: zipCode, ...rest } = value
  return { zipCode, ...rest }
}

/** What a vehicle's body says of its owner; the customer is the one who keeps it. */
export const OwnerFields = z.object({
  ownerName: unlessBlank(CustomerFields.shape.fullName.nullish()),
  ownerPhone: unlessBlank(Phone.nullish()),
  ownerEmail: orNothing(Email),
  ownerAddress: OwnerAddress,
})
export type OwnerFields = z.output<typeof OwnerFields>

const names = ['ownerName', 'ownerPhone', 'ownerEmail', 'ownerAddress'] as const

/**
 * The first field that says something else of the owner than each of these answers: a page may send
 * back what it was shown, and nothing else is dropped in silence.
 */
export function otherOwnerField(
  typed: OwnerFields,
  ...answers: OwnerFields[]
): (typeof names)[number] | undefined {
  return names.find(
    (name) =>
      typed[name] !== undefined && !answers.some((shown) => isSame(typed[name], shown[name])),
  )
}

type Said = string | OwnerAddress

function isSame(typed: Said, shown: Said): boolean {
  if (typeof typed === 'string' || typeof shown === 'string') return fold(typed) === fold(shown)
  const parts: Record<string, unknown>[] = [typed ?? {}, shown ?? {}]
  // Null clears the whole of an address; a part of one says nothing of the rest.
  const names = Object.keys(typed ?? shown ?? {})
  return names.every((name) => fold(parts[0]?.[name]) === fold(parts[1]?.[name]))
}

/** Lists of places have their own spelling, and what is empty was not said. */
function fold(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : ''
}
