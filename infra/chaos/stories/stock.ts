import type { Client } from '../client.ts'
import { deskOf, markOf, race, toldIn, type Desk } from './desk.ts'
import type { Story, Town } from './story.ts'

/** For so few things that the newest are fought for. */
const KNOWN_PARTS = 6

/** Somebody who keeps stock adds a part, and corrects what lies at the center and centrally. */
export const keepsStock: Story = {
  name: 'keeps-stock',
  weight: 3,
  async tell(client, town) {
    const keeper = await deskOf(client, client.chance.pick(['inventory', 'inventory.mum']))
    if (!keeper) return
    const itemId = await addPart(client, keeper, client.chance.between(2, 8))
    if (!itemId) return
    town.parts.push(itemId)
    if (client.chance.happens(0.5)) {
      await adjust(client, keeper, itemId, 3, { serviceCenterId: null })
    }
    for (let left = client.chance.between(1, 2); left > 0; left -= 1) {
      // Others may have taken what it had, so that nothing is left to be taken away here.
      const quantity = client.chance.between(1, 4)
      await adjust(client, keeper, itemId, quantity)
    }
    if (client.chance.happens(0.4)) await takeTheLast(client, keeper)
  },
}

/** Adds a part to the catalogue, with so many of it at the center of who adds it. */
export async function addPart(
  client: Client,
  keeper: Desk,
  currentStock: number,
): Promise<string | undefined> {
  const mark = markOf(client)
  const itemCode = mark.toUpperCase().replaceAll(' ', '-')
  const answer = await keeper.ask(
    { kind: 'add-item', mark: itemCode },
    'POST /inventory/items',
    [],
    {
      itemCode,
      name: 'Brake pad',
      category: 'spare_part',
      unitPrice: 1_180.5,
      costPrice: 700.25,
      reorderPoint: 1,
      hsnCode: '870830',
      taxRate: 18,
      currentStock,
      serviceCenterId: keeper.centerId,
    },
  )
  return toldIn<{ id: string }>(answer)?.id
}

/** Corrects the stock of the own center, or of another place. */
export function adjust(
  client: Client,
  keeper: Desk,
  itemId: string,
  quantity: number,
  { serviceCenterId = keeper.centerId, isContested = false }: Adjusting = {},
) {
  const mark = markOf(client)
  const body = { itemId, serviceCenterId, quantity, reason: mark }
  const deed = { kind: 'adjust', mark, quantity, isContested } as const
  return keeper.ask(deed, 'POST /inventory/adjustments', [], body)
}

interface Adjusting {
  /** None is the central warehouse. */
  serviceCenterId?: string | null
  isContested?: boolean
}

/** Two people take all that is there of a part that nobody else knows: one of them gets it. */
async function takeTheLast(client: Client, keeper: Desk): Promise<void> {
  const stock = client.chance.between(1, 3)
  const itemId = await addPart(client, keeper, stock)
  if (!itemId) return
  const take = () => adjust(client, keeper, itemId, -stock, { isContested: true })
  await race(client, `taking the last of ${itemId}`, [take, take])
}

/** One of the newest parts of the town. */
export function somePart(client: Client, { parts }: Town): string | undefined {
  return parts.length === 0 ? undefined : client.chance.pick(parts.slice(-KNOWN_PARTS))
}
