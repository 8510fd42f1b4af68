import { z } from 'zod'
import { Graphical } from '../component/component.ts'
import { Customer } from '../customer/customer.ts'
import { Vehicle } from './vehicle.ts'

/** A vehicle with its owner and its service, as far as the caller may see them. */
export const VehicleDetail = Vehicle.extend({
  /** Null where the owner is no customer of the caller's centers. */
  ownerName: z.string().nullable(),
  ownerPhone: z.string().nullable(),
  ownerEmail: z.string().nullable(),
  ownerAddress: Customer.shape.address.nullable(),
  /** Whether the owner has proved the phone. */
  ownerVerified: z.boolean().nullable(),
  /** The first of the caller's centers that serve it. */
  serviceCenterId: z.uuid().nullable(),
  serviceCenterIds: z.array(z.uuid()),
  /** Day of the last completed visit to any center, in that center's zone. */
  lastServiceDate: z.string().nullable(),
  /** Kilometres. */
  lastOdometerReading: z.number().int().nullable(),
  /**
   * The first day on which a component wants service; where none was served by name, as long after
   * the last visit as the component may wait that wants it oftenest.
   */
  nextServiceDate: z.string().nullable(),
  /** Whether that day has come. */
  nextServiceDue: z.boolean(),
  /** What may be wrong with the VIN, which was kept all the same. */
  vinWarning: z.string().nullable(),
  /** The moves that the caller may make now. */
  available: z.array(z.string()),
  graphicalData: Graphical.optional(),
}).meta({ id: 'VehicleDetail' })
export type VehicleDetail = z.infer<typeof VehicleDetail>
