import type { DataOf } from '@forecourt/contracts/event'
import { ReservationPlaced } from '@forecourt/contracts/inventory-events'
import { publish } from './publish.ts'
import type { Stack } from './stack.ts'
import type { SeenEvent } from './topic-watch.ts'

interface Asked {
  partsRequestId: string
  jobCardId: string
  serviceCenterId: string
  lines: { lineId: string; itemId: string; quantity: number }[]
}

/** Inventory answers a request for parts: how each of its lines stands, `waiting` unless said. */
export async function answerParts(
  stack: Stack,
  requested: SeenEvent,
  statuses: string[],
  contract: typeof ReservationPlaced = ReservationPlaced,
  version = 1,
): Promise<void> {
  const { partsRequestId, jobCardId, serviceCenterId, lines } = requested.data as unknown as Asked
  const data: DataOf<typeof ReservationPlaced> = {
    reservationId: partsRequestId,
    documentType: 'job_card',
    documentId: jobCardId,
    serviceCenterId,
    status: 'placed',
    lines: lines.map((line, place) => ({
      ...line,
      description: 'Brake pad',
      unit: 'set',
      status: statuses[place] ?? 'waiting',
      unitPriceMinor: 120_000,
      currency: 'INR',
      hsnCode: '870830',
      taxRate: 18,
    })),
  }
  await publish(stack, contract, data, { version })
}
