import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UserChanged, UserCreated } from '@forecourt/contracts/identity-events'
import { eventually } from '@forecourt/testing/eventually'
import { asha, farah, gita, kiran, meera } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import { knowCenters, register } from '@forecourt/testing/registering'
import { openStack, type Stack } from '@forecourt/testing/stack'
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

async function upload(purpose: string, as?: typeof gita): Promise<string> {
  const red = { create: { width: 6, height: 4, channels: 3, background: 'red' } } as const
  const jpeg = await sharp(red).jpeg().toBuffer()
  const body = new FormData()
  body.append('file', new Blob([new Uint8Array(jpeg)], { type: 'image/jpeg' }), 'me.jpg')
  body.append('purpose', purpose)
  return (await stack.call<{ id: string }>('POST /files', { body, ...(as && { as }) })).data.id
}

let version = 0

/** Identity tells of an account; resolves when its files have been seen to. */
async function tell(userId: string, fileIds?: string[]): Promise<void> {
  version += 1
  const account = {
    ...{ userId, role: 'garage_owner', status: 'active', serviceCenterIds: [] },
    ...{ fullName: null, email: null, phone: null, ...(fileIds && { fileIds }) },
  }
  const contract = version === 1 ? UserCreated : UserChanged
  const id = await publish(stack, contract, account, { version })
  await eventually('the effect of an account', async () => {
    const { rowCount } = await stack.admin.query(
      `select from inbox where event_id = $1 and consumer like '%account-files%'`,
      [id],
    )
    return rowCount === 1
  })
}

async function holderOf(id: string): Promise<string | null | undefined> {
  const { rows } = await stack.admin.query<{ attached_to: string | null }>(
    'select attached_to from file where id = $1',
    [id],
  )
  return rows[0]?.attached_to
}

async function isDue(id: string): Promise<boolean> {
  const { rowCount } = await stack.admin.query('select from timer where subject = $1', [id])
  return rowCount === 1
}

const seenBy = (id: string, people: (typeof gita)[]) =>
  Promise.all(
    people.map(async (as) => (await stack.call(`GET /files/${id}/content`, { as })).status),
  )

test('the picture of a person stays, and a new one takes its place', async () => {
  const first = await upload('profile_image', gita)
  await tell(gita.userId, [first])
  expect([await holderOf(first), await isDue(first)]).toEqual([gita.userId, false])
  const next = await upload('profile_image', gita)
  await tell(gita.userId, [next])
  expect(await holderOf(next)).toBe(gita.userId)
  await expect.poll(() => holderOf(first)).toBeUndefined()
  await tell(gita.userId, [])
  await expect.poll(() => holderOf(next)).toBeUndefined()
})

test('an account that says nothing of files, as older ones do, holds none', async () => {
  await tell(farah.userId)
  const picture = await upload('profile_image', farah)
  expect([await holderOf(picture), await isDue(picture)]).toEqual([null, true])
})

test('a picture is seen by its person, and by the staff that serves them as a customer', async () => {
  const picture = await upload('profile_image', gita)
  await tell(gita.userId, [picture])
  expect(await seenBy(picture, [gita, kiran, asha, meera, farah])).toEqual([
    200, 200, 404, 404, 404,
  ])
  const { customer } = await register(stack)
  const text = 'update customer set account_id = $2 where id = $1'
  await stack.admin.query(text, [customer.id, gita.userId])
  expect(await seenBy(picture, [gita, asha, meera, farah])).toEqual([200, 200, 404, 404])
})

test('nobody holds what somebody else has brought, or what was brought for something else', async () => {
  const [picture, photo] = [await upload('profile_image', farah), await upload('vehicle_photo')]
  await tell(gita.userId, [picture, photo, randomUUID()])
  expect(await Promise.all([picture, photo].map(holderOf))).toEqual([null, null])
})

test('the paper of a garage is its owner’s and the administrator’s to see, once it is claimed', async () => {
  const paper = await upload('garage_document')
  const owner = { ...gita, userId: randomUUIDv7() }
  await tell(owner.userId, [paper])
  expect([await holderOf(paper), await isDue(paper)]).toEqual([owner.userId, false])
  expect(await seenBy(paper, [owner, kiran, asha, meera, gita])).toEqual([200, 200, 404, 404, 404])
  await tell(gita.userId, [paper])
  expect(await holderOf(paper)).toBe(owner.userId)
})
