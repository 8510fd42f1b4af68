import type { Prepared } from './stage.ts'

/** Service centers with zones: what is read and listed. Answers their ids. */
export async function fillCenters({ admin }: Prepared, count: number): Promise<string[]> {
  const { rows } = await admin.query<{ id: string }>(
    `insert into service_center (id, code, name, street, city, district, state, pin_code, phone)
     select gen_random_uuid(), chr(65 + n / 26) || chr(65 + n % 26) || '1', 'Forecourt ' || n,
            n || ' Station Road', 'Pune', 'Pune', 'Maharashtra', '411001', '+91201234567'
       from generate_series(0, $1::int - 1) as n
     returning id`,
    [count],
  )
  await admin.query(
    `insert into service_center_zone
     select id, (100 + row_number() over ())::text from service_center`,
  )
  await admin.query('analyze')
  return rows.map(({ id }) => id)
}
