import { z } from 'zod'

export const VehicleStatus = z.enum(['active', 'in_service', 'completed', 'archived'])

/**
 * A vehicle of a customer. `plateKey` is what uniqueness is judged by; one that had to give its
 * mark to a proved owner's vehicle has a key that no mark has.
 */
export const VehicleRow = z.object({
  id: z.uuid(),
  customerId: z.uuid(),
  plate: z.string(),
  plateKey: z.string(),
  plateKind: z.enum(['standard', 'bharat', 'special']),
  brand: z.string(),
  model: z.string(),
  yearOfPurchase: z.number().int().nullable(),
  photoFileId: z.uuid().nullable(),
  vin: z.string().nullable(),
  color: z.string().nullable(),
  engineNumber: z.string().nullable(),
  chassisNumber: z.string().nullable(),
  registrationDate: z.string().nullable(),
  status: VehicleStatus,
  version: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type VehicleRow = z.infer<typeof VehicleRow>

export const VehicleCenterRow = z.object({
  vehicleId: z.uuid(),
  serviceCenterId: z.uuid(),
  linkedAt: z.string(),
})

/** A vehicle under every name that the requirements have for its fields. */
export const Vehicle = z
  .object({
    id: z.uuid(),
    customerId: z.uuid(),
    vehicleNumber: z.string(),
    brand: z.string(),
    make: z.string(),
    model: z.string(),
    year: z.number().int().nullable(),
    yearOfPurchase: z.number().int().nullable(),
    photoFileId: z.uuid().nullable(),
    vin: z.string().nullable(),
    color: z.string().nullable(),
    engineNumber: z.string().nullable(),
    chassisNumber: z.string().nullable(),
    registrationDate: z.string().nullable(),
    status: VehicleStatus,
    version: z.number().int(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Vehicle' })
export type Vehicle = z.infer<typeof Vehicle>

/** Spells a vehicle in all the ways that front ends know. */
export function spellOutVehicle(row: VehicleRow): Vehicle {
  const { plate, plateKey: _, plateKind: __, ...rest } = row
  return { ...rest, vehicleNumber: plate, make: row.brand, year: row.yearOfPurchase }
}

/** A vehicle as the box shows it in which its number is being typed. */
export const QuickVehicle = Vehicle.pick({
  id: true,
  customerId: true,
  vehicleNumber: true,
  vin: true,
  brand: true,
  make: true,
  model: true,
  year: true,
  color: true,
  status: true,
})
  .extend({ ownerName: z.string().nullable() })
  .meta({ id: 'QuickVehicle' })
