import { randomUUIDv7 } from 'node:crypto'
import { PartsRequested, PartsUsed } from '@forecourt/contracts/parts-request-events'
import { ServiceCenterOpened } from '@forecourt/contracts/identity-events'
import { eventually } from './eventually.ts'
import { centerFact } from './facts.ts'
import { isha, mumbai, pune } from './people.ts'
import { publish } from './publish.ts'
import type { Stack } from './stack.ts'

export interface StockedItem {
  id: string
  version: number
  currentStock: number
  reserved: number
  available: number
  status: string
  levels: { serviceCenterId: string | null; currentStock: number; reserved: number }[]
  [field: string]: unknown
}

let count = 0

/** Waits until the service knows Pune and Mumbai. */
export async function knowPlaces(stack: Stack): Promise<void> {
  await publish(stack, ServiceCenterOpened, centerFact())
  const other = { serviceCenterId: mumbai, code: 'MUM', name: 'Forecourt Mumbai' }
  await publish(stack, ServiceCenterOpened, centerFact(other))
  await eventually('two centers', async () => {
    const { rowCount } = await stack.admin.query('select from service_center')
    return rowCount === 2
  })
}

/** An item of the catalogue, with `stock` of it in Pune. */
export async function stockItem(
  stack: Stack,
  stock: number,
  changes: Record<string, unknown> = {},
): Promise<StockedItem> {
  count += 1
  const { status, data, text } = await stack.call<StockedItem>('POST /inventory/items', {
    as: isha,
    body: {
      itemCode: `BRK-${process.pid}-${count}`,
      name: 'Brake pad',
      category: 'spare_part',
      unitPrice: 1_180.5,
      costPrice: 700,
      hsnCode: '870830',
      taxRate: 18,
      serviceCenterId: pune,
      ...(stock > 0 && { currentStock: stock }),
      ...changes,
    },
  })
  if (status !== 201) throw new Error(`The item was refused: ${text}`)
  return data
}

export interface AskedParts {
  partsRequestId: string
  jobCardId: string
  lineIds: string[]
}

/** A job card in Pune asks for parts: one line for each `[item, quantity]`. */
export async function askParts(
  stack: Stack,
  wanted: [itemId: string, quantity: number][],
): Promise<AskedParts> {
  const partsRequestId = randomUUIDv7()
  const jobCardId = randomUUIDv7()
  const lines = wanted.map(([itemId, quantity]) => ({ lineId: randomUUIDv7(), itemId, quantity }))
  await publish(stack, PartsRequested, { partsRequestId, jobCardId, serviceCenterId: pune, lines })
  return { partsRequestId, jobCardId, lineIds: lines.map(({ lineId }) => lineId) }
}

/** What was used of each line, in the order of the lines. */
export async function useParts(
  stack: Stack,
  { partsRequestId, jobCardId, lineIds }: AskedParts,
  used: number[],
): Promise<void> {
  const lines = lineIds.map((lineId, place) => ({
    lineId,
    quantityUsed: used[place] ?? 0,
    isWarranty: false,
  }))
  const request = { partsRequestId, jobCardId, serviceCenterId: pune }
  await publish(stack, PartsUsed, { ...request, lines }, { version: 9 })
}

/** How the lines of a reservation stand, once they stand so that `is` holds. */
export function linesOf(
  stack: Stack,
  { partsRequestId }: AskedParts,
  is: (statuses: string[]) => boolean = ({ length }) => length > 0,
): Promise<string[]> {
  return eventually('lines of a reservation', async () => {
    const { rows } = await stack.admin.query<{ status: string }>(
      'select status from reservation_line where reservation_id = $1 order by position',
      [partsRequestId],
    )
    const statuses = rows.map(({ status }) => status)
    return is(statuses) && statuses
  })
}
