import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JobCardInspected } from '@forecourt/contracts/workshop-events'
import { eventually } from '@forecourt/testing/eventually'
import { asha, farah, gita, meera, ravi } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import { knowCenters, register } from '@forecourt/testing/registering'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { cardFact } from '@forecourt/testing/visit-facts'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { customerVehicle } from '../service.ts'

const folder = await mkdtemp(join(tmpdir(), 'forecourt-files-'))
let stack: Stack
beforeAll(async () => {
  stack = await openStack(customerVehicle, { FORECOURT_DATA: folder, APP_DEBUG: 'true' })
  await knowCenters(stack)
})
afterAll(async () => {
  await stack?.close()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(() => stack.redis.flushdb())

async function upload(as: typeof ravi, purpose = 'inspection'): Promise<string> {
  const red = { create: { width: 6, height: 4, channels: 3, background: 'red' } } as const
  const jpeg = await sharp(red).jpeg().toBuffer()
  const body = new FormData()
  body.append('file', new Blob([new Uint8Array(jpeg)], { type: 'image/jpeg' }), 'dent.jpg')
  body.append('purpose', purpose)
  return (await stack.call<{ id: string }>('POST /files', { body, as })).data.id
}

/** A card on a vehicle of Pune is inspected; resolves when that had its effect. */
async function inspect(photoFileIds: string[]): Promise<{ vehicleId: string; customerId: string }> {
  const { customer, vehicles } = await register(stack)
  const visitor = { customerId: customer.id, vehicleId: vehicles[0]?.id ?? '' }
  const card = { ...cardFact(visitor, { status: 'inspected' }), photoFileIds }
  const id = await publish(stack, JobCardInspected, card)
  await eventually('the effect of an inspection', async () => {
    const { rowCount } = await stack.admin.query(
      `select from inbox where event_id = $1 and consumer like '%inspection-photos%'`,
      [id],
    )
    return rowCount === 1
  })
  return visitor
}

async function ownerOf(id: string): Promise<{ attached_to: string | null; dropped: boolean }> {
  const { rows } = await stack.admin.query<{ attached_to: string | null; dropped: boolean }>(
    `select attached_to, exists (select from timer where subject = file.id) as dropped
       from file where id = $1`,
    [id],
  )
  return rows[0] ?? { attached_to: null, dropped: false }
}

test('photos of an inspection stay with the vehicle, and with the customer of the visit', async () => {
  const photo = await upload(ravi)
  const { vehicleId, customerId } = await inspect([photo])
  expect(await ownerOf(photo)).toEqual({ attached_to: vehicleId, dropped: false })
  const seenBy = async () =>
    Promise.all(
      [asha, meera, gita].map(
        async (as) => (await stack.call(`GET /files/${photo}/content`, { as })).status,
      ),
    )
  expect(await seenBy()).toEqual([200, 404, 404])
  await stack.admin.query('update customer set account_id = $2 where id = $1', [
    customerId,
    gita.userId,
  ])
  await expect.poll(seenBy).toEqual([200, 404, 200])
  // Gita sells the vehicle to Farah.
  const { customer: next } = await register(stack)
  const text = 'update customer set account_id = $2 where id = $1'
  await stack.admin.query(text, [next.id, farah.userId])
  const sale = 'update vehicle set customer_id = $2 where id = $1'
  await stack.admin.query(sale, [vehicleId, next.id])
  expect(await seenBy()).toEqual([200, 404, 200])
  expect((await stack.call(`GET /files/${photo}/content`, { as: farah })).status).toBe(404)
})

test('an inspection claims no file of another center, another purpose, or another vehicle', async () => {
  const [foreign, portrait, taken] = await Promise.all([
    upload(meera),
    upload(ravi, 'profile_image'),
    upload(ravi),
  ])
  const { vehicleId } = await inspect([taken])
  const own = await upload(ravi)
  const later = await inspect([foreign, portrait, taken, randomUUID(), own])
  const owners = await Promise.all([foreign, portrait, taken, own].map(ownerOf))
  expect(owners).toEqual([
    { attached_to: null, dropped: true },
    { attached_to: null, dropped: true },
    { attached_to: vehicleId, dropped: false },
    { attached_to: later.vehicleId, dropped: false },
  ])
})
