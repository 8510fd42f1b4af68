import { z } from 'zod'
import { foldName, readTable, splitCell } from '../reference/table.ts'

/** A make of vehicle that the forms offer. */
export const VehicleBrandRow = z.object({
  id: z.uuid(),
  code: z.string(),
  name: z.string(),
  isActive: z.boolean(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type VehicleBrandRow = z.infer<typeof VehicleBrandRow>

/** One name that means a brand; vehicles may still carry a former one. */
export const VehicleBrandNameRow = z.object({
  key: z.string(),
  name: z.string(),
  vehicleBrandId: z.uuid(),
})

export const VehicleBrand = VehicleBrandRow.pick({
  id: true,
  code: true,
  name: true,
  isActive: true,
}).meta({ id: 'VehicleBrand' })

const Name = z
  .string('Name is required')
  .trim()
  .max(60)
  .refine((name) => brandKey(name) !== '', 'Name must have a letter or digit')

export const AddVehicleBrand = z.object({ name: Name })
export const ChangeVehicleBrand = z.object({ name: Name, isActive: z.boolean() }).partial()

/** Case, spaces, hyphens and accents make no other brand. */
export function brandKey(name: string): string {
  return foldName(name)
}

/** `Royal Enfield` has the code `royal-enfield`, for good, whatever it is called later. */
export function brandCode(name: string): string {
  const words = name
    .normalize('NFKD')
    .replaceAll(/\p{Mn}/gu, '')
    .split(/[^A-Za-z0-9&]+/)
  return words.map(foldName).filter(Boolean).join('-')
}

export interface BrandSeed {
  code: string
  name: string
  otherNames: string[]
}

/** The brands of `vehicle-brands.csv`. Throws where a name means two of them. */
export function readBrandSeeds(text: string): BrandSeed[] {
  const taken = new Set<string>()
  return readTable(text, ['code', 'name', 'otherNames']).map(({ code, name, otherNames }) => {
    const seed = { code, name, otherNames: splitCell(otherNames) }
    for (const key of new Set([name, ...seed.otherNames].map(brandKey))) {
      if (taken.has(key)) throw new Error(`"${key}" names two brands.`)
      taken.add(key)
    }
    return seed
  })
}
