import { Day } from '@forecourt/contracts/day'
import { orNothing, unlessBlank } from '@forecourt/contracts/typed'
import { z } from 'zod'
import { line, spellVehicle, VehicleFields } from '../registration/form.ts'
import { chosen } from '../registration/spelling.ts'
import { VehicleDetail } from './detail.ts'
import { OwnerFields } from './owner.ts'
import { VehicleStatus, type VehicleRow } from './vehicle.ts'
import { Vin } from './vin.ts'

/** What the papers of a vehicle say of it. */
const Papers = z.object({
  vin: orNothing(Vin),
  color: orNothing(line('Color', 40)),
  engineNumber: orNothing(line('Engine number', 40)),
  chassisNumber: orNothing(line('Chassis number', 40)),
  registrationDate: orNothing(Day),
})

const Particulars = VehicleFields.omit({ photoFileId: true }).extend({
  ...Papers.shape,
  photoFileId: orNothing(VehicleFields.shape.photoFileId),
})

/** A vehicle of a customer, who is named, or found or made by name and phone. */
export const OpenVehicle = z.preprocess(
  spellVehicle,
  Particulars.extend({
    customerId: orNothing(z.uuid('Choose a customer')),
    ...OwnerFields.shape,
    serviceCenterId: orNothing(z.uuid('Choose a service center from the list')).describe(
      'For people of several centers, or of all.',
    ),
  }).superRefine(({ customerId, ownerName, ownerPhone }, context) => {
    if (customerId || (ownerName && ownerPhone)) return
    const missing = ownerName ? 'ownerPhone' : ownerPhone ? 'ownerName' : 'customerId'
    const message = 'Choose a customer, or give ownerName and ownerPhone'
    context.addIssue({ code: 'custom', path: [missing], message })
  }),
)
export type OpenVehicle = z.output<typeof OpenVehicle>

/**
 * Absent means unchanged, null means cleared. Another customer is the new owner. What is shown of
 * the owner, of the center and of the components may come back unchanged: none is changed here.
 */
export const ChangeVehicle = Particulars.partial().extend({
  make: Particulars.shape.brand.optional(),
  year: Particulars.shape.yearOfPurchase,
  customerId: unlessBlank(z.uuid('Choose a customer').optional()),
  reason: unlessBlank(line('Reason', 200).nullish()),
  status: VehicleStatus.optional().describe(
    'As it is; PUT /vehicles/:id/archive and PUT /vehicles/:id/restore change it.',
  ),
  graphicalData: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('As it is; PUT /vehicles/:id/graphical changes it.'),
  ...OwnerFields.shape,
  serviceCenterId: unlessBlank(z.uuid('Choose a service center from the list').nullish()),
})
export type ChangeVehicle = z.output<typeof ChangeVehicle>

/** Which brand and year a body changes, and the name that it has for each. */
export function settleSpellings(before: VehicleRow, body: ChangeVehicle) {
  const { make, year } = body
  const brand = chosen(before.brand, { brand: body.brand, make })
  const yearOfPurchase = chosen(before.yearOfPurchase, {
    yearOfPurchase: body.yearOfPurchase,
    year,
  })
  return {
    brand: brand.value,
    yearOfPurchase: yearOfPurchase.value,
    paths: { brand: brand.path, yearOfPurchase: yearOfPurchase.path },
    faults: { ...brand.faults, ...yearOfPurchase.faults },
  }
}

export const ChangedVehicle = VehicleDetail.extend({
  /** Why it has another owner now; stands among its moves from then on. */
  reason: z.string().nullable(),
}).meta({ id: 'ChangedVehicle' })
