import { randomUUIDv7 } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readConfig } from '@forecourt/platform/config'
import { inTransaction, openPool } from '@forecourt/platform/database'
import { systemScope } from '@forecourt/platform/scope'
import { z } from 'zod'
import { brandKey, readBrandSeeds } from './brand/brand.ts'
import type { Tables } from './db.ts'

type Pool = ReturnType<typeof openPool>

/** Offers the brands of the list; those that are there stay as people have edited them. */
export async function seedBrands(pool: Pool): Promise<void> {
  const file = new URL('../reference/vehicle-brands.csv', import.meta.url)
  const seeds = new Map(readBrandSeeds(readFileSync(file, 'utf8')).map((seed) => [seed.code, seed]))
  await inTransaction<Tables, void>(pool, systemScope(), async (db) => {
    const brands = [...seeds.values()].map(({ code, name }) => ({ code, name, isActive: true }))
    const added = await db
      .insertInto('vehicleBrand')
      .values(brands.map((brand) => ({ id: randomUUIDv7(), ...brand })))
      .onConflict((conflict) => conflict.column('code').doNothing())
      .returning(['id', 'code', 'name'])
      .execute()
    if (added.length === 0) return
    const names = added.flatMap(({ id, code, name }) =>
      [name, ...(seeds.get(code)?.otherNames ?? [])].map((meant) => ({
        key: brandKey(meant),
        name: meant,
        vehicleBrandId: id,
      })),
    )
    await db
      .insertInto('vehicleBrandName')
      .values(names)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  })
}

if (import.meta.main) {
  const { config } = readConfig(z.object({ DATABASE_URL: z.url() }), process.env)
  const pool = openPool({ url: config.DATABASE_URL, max: 2 })
  await seedBrands(pool)
  await pool.end()
}
