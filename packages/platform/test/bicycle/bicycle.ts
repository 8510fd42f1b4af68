import { machine } from '@forecourt/platform/machine'
import { ServiceCenterChanged } from '@forecourt/contracts/identity-events'
import { z } from 'zod'

/** The noun that the road carries in its tests. */
export const BicycleRow = z.object({
  id: z.uuid(),
  serviceCenterId: z.uuid().nullable(),
  ownerId: z.uuid().nullable(),
  name: z.string(),
  color: z.string().nullable(),
  priceMinor: z.number().int(),
  boughtOn: z.string().nullable(),
  status: z.string(),
  extras: z.record(z.string(), z.unknown()),
  secretNote: z.string().nullable(),
  version: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type BicycleRow = z.infer<typeof BicycleRow>

/** What is promised of a bicycle; its secret note is not. */
export const Bicycle = BicycleRow.omit({ secretNote: true })

export const NewBicycle = z.object({
  name: z.string().trim().min(1).max(100),
  color: z.string().max(200_000).optional(),
  priceMinor: z.number().int().min(0).optional(),
  boughtOn: z.iso.date().optional(),
  /** What the handler does instead of succeeding. */
  fault: z.enum(['throws_after_emit', 'emits_foreign', 'emits_too_much', 'outlives']).optional(),
})

export const ChangeBicycle = z.object({
  name: z.string().trim().min(1).max(100).optional(),
  color: z.string().max(100).nullable().optional(),
})

export const lifecycle = machine<BicycleRow>()({
  states: ['new', 'ready', 'sold', 'scrapped'],
  start: 'new',
  moves: {
    prepare: {
      from: ['new'],
      to: 'ready',
      may: 'customer.update',
      says: ServiceCenterChanged,
    },
    sell: {
      from: ['ready'],
      to: 'sold',
      may: 'service_center.update',
      says: ServiceCenterChanged,
      needs: { consent_missing: (bicycle) => bicycle.color !== 'pink' },
    },
    scrap: {
      from: ['new', 'ready'],
      to: 'scrapped',
      may: 'customer.update',
      says: ServiceCenterChanged,
    },
  },
})

/** The event's data; the bicycle lends the id of a service center its own. */
export function stateOf({ id, name }: { id: string; name: string }) {
  return {
    serviceCenterId: id,
    code: 'BIC',
    name,
    isActive: true,
    isHeadOffice: false,
    pinPrefixes: [],
    state: 'Goa',
    gstin: null,
    timeZone: 'Asia/Kolkata',
  }
}
