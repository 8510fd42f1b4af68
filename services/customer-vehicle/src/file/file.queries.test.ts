import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { problem } from '@forecourt/platform/problem'
import { localStorage } from '@forecourt/storage/local'
import { newKey, NotStored } from '@forecourt/storage/storage'
import { afterAll, expect, test } from 'vitest'
import { keepFile } from './file.queries.ts'

const folder = await mkdtemp(join(tmpdir(), 'forecourt-files-'))
const storage = localStorage(folder)
afterAll(() => rm(folder, { recursive: true }))

const content = Buffer.from('a picture')

/** Keeps a file whose row meets this end; answers where its bytes were put. */
async function keepUntil(end: Error): Promise<string> {
  const storageKey = newKey('customer-vehicle')
  const file = {
    purpose: 'vehicle_photo' as const,
    storageKey,
    content: { content, contentType: 'image/webp' as const, width: 60, height: 40 },
  }
  const kept = keepFile({ storage }, file, () => Promise.reject(end))
  await expect(kept).rejects.toBe(end)
  return storageKey
}

test('bytes stay when the database died and may have kept their row', async () => {
  const dead = Object.assign(new Error('Connection terminated unexpectedly'), { code: '57P01' })
  expect(await buffer(await storage.read(await keepUntil(dead)))).toEqual(content)
})

test('bytes go when their row was refused', async () => {
  const key = await keepUntil(problem('storage_full'))
  await expect(storage.read(key)).rejects.toThrow(NotStored)
})
