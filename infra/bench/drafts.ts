import { createHash } from 'node:crypto'
import { KeyRing } from '@forecourt/platform/config'
import { personalData } from '@forecourt/platform/personal'
import type { Prepared } from './stage.ts'

const CENTER = '0192f000-0000-7000-8000-000000000001'

/** A center that issues invoices. */
export async function fillCenter({ admin }: Prepared): Promise<void> {
  await admin.query(
    `insert into service_center
            (id, code, name, is_active, state, country, gstin, time_zone, version)
     values ($1, 'PUN', 'Forecourt Pune', true, 'Maharashtra', 'IN', '27AAPFU0939F1ZV',
             'Asia/Kolkata', 1)`,
    [CENTER],
  )
}

/** Drafts of these ids, each of so many lines, instead of all that was there. */
export async function fillDrafts(
  { admin, env }: Prepared,
  ids: string[],
  lines: number,
): Promise<void> {
  const personal = personalData(
    KeyRing.parse(env['PERSONAL_KEYS']),
    KeyRing.parse(env['BLIND_INDEX_KEY']),
  )
  const details = JSON.stringify({ name: 'Rahul Patil', address: { state: 'Maharashtra' } })
  const sealed = ids.map((id) =>
    personal.seal(details, { table: 'invoice', column: 'customer_details', id }),
  )
  await admin.query('truncate invoice, number_series, outbox, timer cascade')
  await admin.query(
    `insert into invoice (id, service_center_id, customer_details, country, currency,
            place_of_supply, subtotal_minor, discount_minor, tax_minor, round_off_minor,
            total_minor, status)
     select id, $3, details, 'IN', 'INR', 'Maharashtra', $4 * 10000, 0, $4 * 1800, 0, $4 * 11800,
            'draft'
       from unnest($1::uuid[], $2::text[]) as draft (id, details)`,
    [ids, sealed, CENTER, lines],
  )
  await admin.query(
    `insert into invoice_line (id, invoice_id, service_center_id, position, type, description,
            tax_code, quantity_milli, unit, unit_price_minor, discount_minor, tax_rate_bp,
            taxable_minor, cgst_minor, sgst_minor, igst_minor, vat_minor, total_minor)
     select gen_random_uuid(), id, $2, at, 'service', 'Step ' || at || ' of the yearly service',
            '998729', 1000, 'NOS', 10000, 0, 1800, 10000, 900, 900, 0, 0, 11800
       from unnest($1::uuid[]) as id, generate_series(1, $3::int) as at`,
    [ids, CENTER, lines],
  )
  await admin.query('analyze')
}

/** The id that pgbench makes of a number and of a mark: their hash. */
export function hashedId(number: number, mark: string): string {
  const digest = createHash('md5').update(`${number}${mark}`).digest('hex')
  return digest.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
