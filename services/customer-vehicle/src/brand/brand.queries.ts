import { problem } from '@forecourt/platform/problem'
import { sql, type Kysely } from 'kysely'
import type { Tables } from '../db.ts'
import { brandKey, type VehicleBrandRow } from './brand.ts'

/** The brand that is offered under a name in any case, a former name, or a code. */
export async function findBrand(
  db: Kysely<Tables>,
  nameOrCode: string,
): Promise<VehicleBrandRow | undefined> {
  return (await findBrands(db, [nameOrCode])).get(nameOrCode)
}

/** The same for several at once, each by what was asked. */
export async function findBrands(
  db: Kysely<Tables>,
  names: readonly string[],
): Promise<Map<string, VehicleBrandRow>> {
  const { rows } = await sql<VehicleBrandRow & { asked: string }>`
    select brand.*, asked
      from unnest(${names}::text[], ${names.map(brandKey)}::text[]) as given (asked, asked_key)
      join vehicle_brand brand on is_active and (code = asked or brand.id in (
        select vehicle_brand_id from vehicle_brand_name where key = asked_key))`.execute(db)
  return new Map(rows.map(({ asked, ...brand }) => [asked, brand]))
}

/** Every name, former ones too, of the brands that these names mean. */
export function namesOfBrands(names: readonly string[]) {
  const keys = names.map(brandKey)
  return sql<string>`(select other.name from vehicle_brand_name asked
    join vehicle_brand_name other using (vehicle_brand_id) where asked.key = any (${keys}))`
}

/** Lets a name mean this brand. Throws `already_exists` where it means another. */
export async function nameBrand(
  db: Kysely<Tables>,
  vehicleBrandId: string,
  name: string,
): Promise<void> {
  const { rows } = await sql<{ owner: string }>`
    insert into vehicle_brand_name as named (key, name, vehicle_brand_id)
    values (${brandKey(name)}, ${name}, ${vehicleBrandId}::uuid)
    on conflict (key) do update set name = case
      when named.vehicle_brand_id = excluded.vehicle_brand_id then excluded.name else named.name end
    returning vehicle_brand_id as owner`.execute(db)
  if (rows[0]?.owner !== vehicleBrandId) throw problem('already_exists')
}
