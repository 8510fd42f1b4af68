import { z } from 'zod'
import type { Form } from '../registration/form.ts'
import { spellOutVehicle, Vehicle, type VehicleRow } from '../vehicle/vehicle.ts'
import { Customer, CustomerRow } from './customer.ts'

/**
 * One line of the list of customers: a customer, or a registration that awaits its code, whose
 * particulars lie sealed in `form`.
 */
export const CustomerEntryRow = CustomerRow.extend({
  verified: z.boolean(),
  form: z.string().nullable(),
  brands: z.array(z.string()).nullable(),
  codeExpiresAt: z.string().nullable(),
  codeBlockedAt: z.string().nullable(),
}).omit({ emailIndex: true, accountSaid: true })
export type CustomerEntryRow = z.infer<typeof CustomerEntryRow>

/** A line of the list, with the ids of those vehicles that the caller may see. */
export const ListedCustomer = Customer.extend({
  vehicles: z.array(z.uuid()).describe('Their ids; GET /customers/:id shows them whole.'),
}).meta({ id: 'ListedCustomer' })
export type ListedCustomer = z.infer<typeof ListedCustomer>

/** A vehicle beside its owner. Until the registration is proved it has no id and no status. */
export const OwnedVehicle = Vehicle.pick({
  vehicleNumber: true,
  brand: true,
  make: true,
  model: true,
  year: true,
  yearOfPurchase: true,
  photoFileId: true,
}).extend({
  id: Vehicle.shape.id.nullable(),
  status: Vehicle.shape.status.nullable(),
  /** Opens without a token for five minutes, so that a page can show it. */
  photoUrl: z.string().nullable(),
})
export type OwnedVehicle = z.infer<typeof OwnedVehicle>

export const CustomerDetail = Customer.extend({
  verifiedAt: z.string().nullable(),
  marketingConsent: z.boolean(),
  /** What a later registration of the same phone said differently. */
  suggestion: z.record(z.string(), z.unknown()).nullable(),
  vehicles: z.array(OwnedVehicle),
  version: z.number().int(),
}).meta({ id: 'CustomerDetail' })
export type CustomerDetail = z.infer<typeof CustomerDetail>

type PhotoUrl = (fileId: string) => string

export function ownedVehicle(row: VehicleRow, photoUrl: PhotoUrl): OwnedVehicle {
  const { photoFileId } = row
  return { ...spellOutVehicle(row), photoUrl: photoFileId && photoUrl(photoFileId) }
}

/** A vehicle of a form that is not proved yet. */
export function typedVehicle(vehicle: Form['vehicles'][number], photoUrl: PhotoUrl): OwnedVehicle {
  const { plate, brand, model, yearOfPurchase, photoFileId } = vehicle
  return {
    id: null,
    status: null,
    vehicleNumber: plate.plate,
    brand,
    make: brand,
    model,
    year: yearOfPurchase,
    yearOfPurchase,
    photoFileId,
    photoUrl: photoUrl(photoFileId),
  }
}
