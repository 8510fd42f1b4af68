import { randomUUIDv7 } from 'node:crypto'
import { problem } from '@forecourt/platform/problem'
import { given } from '@forecourt/platform/table'
import { sql } from 'kysely'
import { z } from 'zod'
import { endpoint } from '../db.ts'
import { AddVehicleBrand, brandCode, ChangeVehicleBrand, VehicleBrand } from './brand.ts'
import { nameBrand } from './brand.queries.ts'

export const listVehicleBrands = endpoint('GET /reference/vehicle-brands', {
  about: 'List the vehicle brands that forms offer, and on request the retired ones too.',
  may: 'public',
  query: z.object({ includeInactive: z.stringbool().default(false) }),
  returns: z.array(VehicleBrand),
  async handle({ db }, { query: { includeInactive } }) {
    return db
      .selectFrom('vehicleBrand')
      .selectAll()
      .where('isActive', 'in', includeInactive ? [true, false] : [true])
      .orderBy(sql`lower(name)`)
      .execute()
  },
})

export const addVehicleBrand = endpoint('POST /reference/vehicle-brands', {
  about: 'Add a vehicle brand to the forms.',
  may: 'brand.update',
  message: 'Vehicle brand added',
  body: AddVehicleBrand,
  returns: VehicleBrand,
  async handle({ db }, { body: { name } }) {
    const brand = await db
      .insertInto('vehicleBrand')
      .values({ id: randomUUIDv7(), code: brandCode(name), name, isActive: true })
      .onConflict((conflict) => conflict.column('code').doNothing())
      .returningAll()
      .executeTakeFirst()
    if (!brand) throw problem('already_exists')
    await nameBrand(db, brand.id, name)
    return brand
  },
})

export const changeVehicleBrand = endpoint('PUT /reference/vehicle-brands/:id', {
  about: 'Rename a vehicle brand, or take it from the forms; its former name stays understood.',
  may: 'brand.update',
  message: 'Vehicle brand changed',
  body: ChangeVehicleBrand,
  returns: VehicleBrand,
  async handle({ db, was }, { params: { id }, body }) {
    const brands = db.selectFrom('vehicleBrand').selectAll().where('id', '=', id)
    const before = await brands.forUpdate().executeTakeFirst()
    if (!before) throw problem('not_found')
    was(before)
    if (body.name !== undefined) await nameBrand(db, id, body.name)
    return db
      .updateTable('vehicleBrand')
      .set({ ...given(body), updatedAt: sql`now()` })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
  },
})
