import { Phone } from '@forecourt/contracts/phone'
import { z } from 'zod'
import { StaffPlate } from '../vehicle/plate.ts'
import { Customer } from './customer.ts'
import { OwnedVehicle } from './entry.ts'

export const LINK_LIFE_MS = 600_000
/** Enough to know a customer by; the vehicles of a fleet are listed once it is linked. */
export const MOST_SHOWN = 50

/** Exactly one of the two, and all of it: whoever looks somebody up knows them already. */
export const LookUpCustomer = z
  .object({ phone: Phone, vehicleNumber: StaffPlate })
  .partial()
  .refine(({ phone, vehicleNumber }) => (phone === undefined) !== (vehicleNumber === undefined), {
    path: ['phone'],
    message: 'Give either a phone number or a vehicle number',
  })
export type LookUpCustomer = z.output<typeof LookUpCustomer>

/** As much of another center's customer as tells whether it is the person at the counter. */
export const FoundCustomer = Customer.pick({ id: true, referenceId: true, fullName: true })
  .extend({
    name: z.string(),
    vehicles: z.array(
      OwnedVehicle.pick({ vehicleNumber: true, brand: true, make: true, model: true }),
    ),
    /** How many vehicles were found, of which the oldest are shown. */
    vehicleCount: z.number().int(),
    /** Links the customer and all vehicles found to the own center, by whoever looked them up. */
    token: z.string(),
    tokenExpiresAt: z.string(),
  })
  .meta({ id: 'FoundCustomer' })

export const LinkCustomer = z.object({
  token: z.string().min(1).max(4_096),
  /** For people of several centers, or of all. */
  serviceCenterId: z.uuid('Choose a service center from the list').optional(),
})

export const LinkedCustomer = z
  .object({
    id: z.uuid(),
    serviceCenterId: z.uuid(),
    vehicleIds: z.array(z.uuid()),
    version: z.number().int(),
  })
  .meta({ id: 'LinkedCustomer' })

/** What a token says; sealed for the person who looked. */
export const Found = z.object({
  customerId: z.uuid(),
  /** Null for all that the customer has: a token stays short, however many those are. */
  vehicleIds: z.array(z.uuid()).nullable(),
  expiresAt: z.string(),
})
export type Found = z.infer<typeof Found>
