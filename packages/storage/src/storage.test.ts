import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStorage, StorageConfig } from './config.ts'
import { newKey, NotStored, type Storage } from './storage.ts'

const folder = await mkdtemp(join(tmpdir(), 'forecourt-storage-'))
const store = await openStore()
const credentials = { AWS_ACCESS_KEY_ID: 'test-key', AWS_SECRET_ACCESS_KEY: 'test-secret' }

beforeAll(() => Object.assign(process.env, credentials))
afterAll(async () => {
  for (const name of Object.keys(credentials)) delete process.env[name]
  store.close()
  await rm(folder, { recursive: true })
})

const backends = [
  { STORAGE_TYPE: 'local', FORECOURT_DATA: folder },
  { STORAGE_TYPE: 's3', AWS_S3_BUCKET: 'photos', AWS_ENDPOINT_URL_S3: store.url },
]

describe.each(backends)('storage of type $STORAGE_TYPE', (settings) => {
  let storage: Storage
  beforeAll(async () => {
    storage = await openStorage(StorageConfig.parse(settings))
  })
  afterAll(() => storage?.close())

  test('gives back what was written, to the byte', async () => {
    const key = newKey('customer-vehicle')
    const bytes = randomBytes(300_000)
    await storage.write(key, bytes)
    expect((await buffer(await storage.read(key))).equals(bytes)).toBe(true)
  })

  test('what was removed is not stored any more, and removing it twice is no fault', async () => {
    const key = newKey('customer-vehicle')
    await storage.write(key, randomBytes(10))
    await storage.remove(key)
    await storage.remove(key)
    await expect(storage.read(key)).rejects.toThrow(NotStored)
  })

  test.each([
    '../../etc/passwd',
    '/etc/passwd',
    'photo.jpg',
    `customer-vehicle/../${'a'.repeat(30)}`,
  ])('a key that is not its own is refused: %s', async (key) => {
    await expect(storage.write(key, randomBytes(1))).rejects.toThrow('another form')
    await expect(storage.read(key)).rejects.toThrow('another form')
    await expect(storage.remove(key)).rejects.toThrow('another form')
  })
})

test('a failed write to the folder leaves nothing behind', async () => {
  const storage = await openStorage(StorageConfig.parse(backends[0]))
  const key = newKey('reporting')
  const wrong = { length: 3 } as Uint8Array
  await expect(storage.write(key, wrong)).rejects.toThrow(TypeError)
  expect(await readdir(join(folder, 'files', key, '..'))).toEqual([])
})

test('requests to the object store are signed with the given credentials', () => {
  expect(store.authorizations.length).toBeGreaterThan(0)
  for (const header of store.authorizations) {
    expect(header).toMatch(/^AWS4-HMAC-SHA256 Credential=test-key\/\d{8}\/ap-south-1\/s3\//)
  }
})

/** An object store that speaks as much of S3's protocol as we use: put, get, delete by path. */
async function openStore() {
  const objects = new Map<string, Buffer>()
  const authorizations: string[] = []
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    authorizations.push(request.headers.authorization ?? '')
    const [path = ''] = (request.url ?? '').split('?')
    const body = await buffer(request)
    if (request.method === 'PUT') objects.set(path, unchunked(request, body))
    if (request.method === 'DELETE') objects.delete(path)
    if (request.method !== 'GET') return void response.writeHead(200).end()
    const found = objects.get(path)
    if (found) return void response.writeHead(200).end(found)
    response.writeHead(404, { 'content-type': 'application/xml' })
    response.end('<Error><Code>NoSuchKey</Code><Message>No such key.</Message></Error>')
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The store has no port.')
  return { url: `http://127.0.0.1:${address.port}`, authorizations, close: () => server.close() }
}

/** The client may send a body in signed chunks, each behind its length in hexadecimal. */
function unchunked(request: IncomingMessage, body: Buffer): Buffer {
  if (!request.headers['content-encoding']?.includes('aws-chunked')) return body
  const chunks: Buffer[] = []
  for (let at = 0; at < body.length;) {
    const line = body.indexOf('\r\n', at)
    const length = Number.parseInt(body.toString('latin1', at, line), 16)
    if (!length) break
    chunks.push(body.subarray(line + 2, line + 2 + length))
    at = line + 2 + length + 2
  }
  return Buffer.concat(chunks)
}
