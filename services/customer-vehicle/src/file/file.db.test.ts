import { deflateSync, crc32 } from 'node:zlib'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@forecourt/testing/eventually'
import { asha, gita, kiran, meera } from '@forecourt/testing/people'
import { tokenOf } from '@forecourt/testing/tokens'
import {
  fillForm,
  knowCenters,
  newPlate,
  vehicleOf,
  type Awaited,
  type Verified,
} from '@forecourt/testing/registering'
import { openStack, type Stack } from '@forecourt/testing/stack'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { customerVehicle } from '../service.ts'
import { fileLinks } from './file-link.adapter.ts'

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

const red = { create: { width: 60, height: 40, channels: 3, background: 'red' } } as const
const jpeg = await sharp(red).jpeg().toBuffer()

interface Uploaded {
  id: string
  url: string
}

function form(bytes: Uint8Array, purpose = 'vehicle_photo', name = 'car.jpg', type = 'image/jpeg') {
  const body = new FormData()
  body.append('file', new Blob([new Uint8Array(bytes)], { type }), name)
  body.append('purpose', purpose)
  return body
}

async function upload(bytes: Uint8Array, purpose?: string, as?: typeof asha) {
  return stack.call<Uploaded>('POST /files', { body: form(bytes, purpose), ...(as && { as }) })
}

function rowOf(id: string) {
  return stack.admin
    .query<Record<string, unknown>>('select * from file where id = $1', [id])
    .then(({ rows }) => rows[0])
}

test('a photo is kept upright, at most 1600 pixels long, without where it was taken', async () => {
  const shot = await sharp({ create: { ...red.create, width: 3000, height: 2000 } })
    .withExif({ IFD0: { Model: 'Camera' }, IFD3: { GPSLatitude: '18/1 31/1 12/1' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer()
  const { status, data } = await upload(shot)
  expect(status).toBe(201)
  expect(data).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/),
    url: `/api/v1/files/${data.id}/content`,
  })
  const { status: found, headers, bytes } = await content(data.id, { as: kiran })
  expect(found).toBe(200)
  expect(headers.get('content-type')).toBe('image/webp')
  const kept = await sharp(bytes).metadata()
  expect(kept).toMatchObject({ format: 'webp', width: 1067, height: 1600 })
  expect(kept).not.toHaveProperty('exif')
  expect(await rowOf(data.id)).toMatchObject({ width: 1067, height: 1600, bytes: bytes.length })
})

async function content(id: string, { as, query = '' }: { as?: typeof asha; query?: string } = {}) {
  const asked = await stack.call(`GET /files/${id}/content${query}`, { ...(as && { as }) })
  const response = await fetch(`${stack.url}/files/${id}/content${query}`, {
    headers: as ? { authorization: `Bearer ${tokenOf(as)}` } : {},
  })
  return { ...asked, bytes: Buffer.from(await response.arrayBuffer()) }
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** A well-formed PNG of a few kilobytes that would fill 2.5 gigapixels. */
function pixelFlood(): Buffer {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(50_000, 0)
  head.writeUInt32BE(50_000, 4)
  head[8] = 1
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])
  const pixels = chunk('IDAT', deflateSync(Buffer.alloc(1_000_000)))
  return Buffer.concat([signature, chunk('IHDR', head), pixels, chunk('IEND', Buffer.alloc(0))])
}

async function animation(): Promise<Buffer> {
  const frames = [sharp(red), sharp(red).negate()].map((frame) => frame.png().toBuffer())
  return sharp(await Promise.all(frames), { join: { animated: true } })
    .webp()
    .toBuffer()
}

const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
const pngHead = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])
const pdf = Buffer.from('%PDF-1.7\n1 0 obj<<>>endobj\nstartxref\n9\n%%EOF\n')

describe('what is no picture is refused', () => {
  test.each<[string, () => Buffer | Promise<Buffer>, string]>([
    [
      'a PHP script that calls itself a picture',
      () => Buffer.from('<?php phpinfo();'),
      'file_not_an_image',
    ],
    [
      'a page that begins like a PNG',
      () => Buffer.concat([pngHead, Buffer.from('<html>')]),
      'file_not_an_image',
    ],
    [
      'a GIF that is also a script',
      () => Buffer.from('GIF89a/*..*/=1;alert(1)//;'),
      'file_not_an_image',
    ],
    ['an SVG with a script', () => Buffer.from(svg), 'file_not_an_image'],
    ['a JPEG that breaks off', () => jpeg.subarray(0, jpeg.length / 2), 'file_not_an_image'],
    ['a picture that moves', animation, 'file_not_an_image'],
    ['a TIFF', () => sharp(red).tiff().toBuffer(), 'file_not_an_image'],
    ['a PDF as a vehicle photo', () => pdf, 'file_not_an_image'],
    ['a PNG of 50 000 by 50 000', pixelFlood, 'picture_too_large'],
    ['nothing at all', () => Buffer.alloc(0), 'file_missing'],
  ])('%s', async (_what, bytes, reason) => {
    const { status, body } = await upload(await bytes())
    expect({ status, reason: body.error?.reason }).toEqual({ status: 422, reason })
  })
})

test('what hides behind a picture is not kept with it', async () => {
  const { data } = await upload(Buffer.concat([jpeg, Buffer.from('<?php system($_GET[0]);')]))
  const { bytes } = await content(data.id, { as: kiran })
  expect(bytes.includes('<?php')).toBe(false)
})

test('a name that climbs out of its folder names nothing', async () => {
  const { status, data } = await stack.call<Uploaded>('POST /files', {
    body: form(jpeg, 'vehicle_photo', '../../../x.png', 'image/png'),
  })
  expect(status).toBe(201)
  const row = await rowOf(data.id)
  expect(row?.['storage_key']).toMatch(/^customer-vehicle\/[0-9a-f]{2}\/[0-9a-f]{30}$/)
  expect(await readdir(folder)).toEqual(['files'])
})

test('a picture of 6 MB is refused as too large', async () => {
  const { status, body } = await upload(Buffer.concat([jpeg, Buffer.alloc(6 * 1024 * 1024)]))
  expect(status).toBe(413)
  expect(body.error?.reason).toBe('file_too_large')
  expect(body.errors).toEqual({ file: ['The file is larger than 5 MB.'] })
})

test('an upload without end is answered and cut off', async () => {
  const { hostname, port } = new URL(stack.url)
  const socket = connect(Number(port), hostname)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  let answer = ''
  socket.on('data', (text) => (answer += String(text)))
  socket.on('error', () => undefined)
  const head = 'content-disposition: form-data; name="file"; filename="a"'
  socket.write(
    'POST /files HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n' +
      'content-type: multipart/form-data; boundary=b\r\n\r\n' +
      `${(head.length + 9).toString(16)}\r\n--b\r\n${head}\r\n\r\n\r\n`,
  )
  const piece = Buffer.concat([
    Buffer.from('40000\r\n'),
    Buffer.alloc(262_144, 97),
    Buffer.from('\r\n'),
  ])
  for (let sent = 0; sent < 160 && !socket.destroyed; sent += 1) {
    if (socket.write(piece)) continue
    await Promise.race([once(socket, 'drain').catch(() => closed), closed])
  }
  expect(socket.destroyed).toBe(true)
  expect(answer).toMatch(/^HTTP\/1\.1 413 /)
})

test('what nobody signed in may bring is refused to the anonymous', async () => {
  const refused = await upload(jpeg, 'inspection')
  expect(refused).toMatchObject({ status: 401 })
  expect((await upload(jpeg, 'inspection', asha)).status).toBe(201)
  expect((await upload(jpeg, 'profile_image', gita)).status).toBe(201)
  const { status, body } = await upload(jpeg, 'malware', asha)
  expect([status, body.error?.reason]).toEqual([422, 'file_purpose_unknown'])
  expect(body.errors).toEqual({ purpose: ['This purpose of a file is not known.'] })
})

test("a garage's paper may be a PDF, and only a whole one", async () => {
  const { status, data } = await upload(pdf, 'garage_document')
  expect(status).toBe(201)
  const kept = await content(data.id, { as: kiran })
  expect(kept.headers.get('content-type')).toBe('application/pdf')
  expect(kept.bytes.equals(pdf)).toBe(true)
  expect((await upload(pdf.subarray(0, 20), 'garage_document')).status).toBe(422)
})

test('an address may bring 20 files an hour, and a person at the counter more', async () => {
  const tries = await Promise.all(Array.from({ length: 21 }, () => upload(jpeg)))
  const statuses = tries.map(({ status }) => status).toSorted((a, b) => a - b)
  expect(statuses).toEqual([...Array.from({ length: 20 }, () => 201), 429])
  expect((await upload(jpeg, 'vehicle_photo', asha)).status).toBe(201)
})

test('when too much lies unattached, no more is taken until some is gone', async () => {
  const { data } = await upload(jpeg)
  await stack.admin.query('update file set bytes = 2000000000 where id = $1', [data.id])
  const hundredMb = 2 * 1024 ** 3 - 2_000_000_000
  const { data: other } = await upload(jpeg)
  await stack.admin.query('update file set bytes = $2 where id = $1', [other.id, hundredMb])
  const before = await stored()
  const { status, body, headers } = await upload(jpeg)
  expect([status, body.error?.reason]).toEqual([503, 'storage_full'])
  expect(headers.get('retry-after')).toBe('3600')
  expect(await stored()).toEqual(before)
  await stack.admin.query('delete from file where id = $1', [data.id])
  expect((await upload(jpeg)).status).toBe(201)
})

async function stored(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return files.map(({ parentPath, name }) => join(parentPath, name)).toSorted()
}

test('a file that nothing claims is dropped after 24 hours, row and bytes', async () => {
  const { data } = await upload(jpeg)
  const timer = `select due_at - now() as wait from timer
    where kind = 'file.unattached' and subject = $1`
  const { rows } = await stack.admin.query<{ wait: { hours: number } }>(timer, [data.id])
  expect(rows[0]?.wait.hours).toBe(23)
  const { storage_key: key } = (await rowOf(data.id)) ?? {}
  expect(await stored()).toContain(join(folder, 'files', String(key)))
  await stack.admin.query('update timer set due_at = now() where subject = $1', [data.id])
  await eventually('an end of the row', async () => !(await rowOf(data.id)))
  await eventually(
    'an end of the bytes',
    async () => !(await stored()).includes(join(folder, 'files', String(key))),
  )
})

test('a photo is seen by whoever may see its registration, then its vehicle', async () => {
  const { data } = await upload(jpeg)
  const submitCar = async () => {
    const car = { ...(await vehicleOf(stack, newPlate())), photoFileId: data.id }
    const body = { ...(await fillForm(stack)), vehicles: [car] }
    return stack.call<Awaited>('POST /registrations', { body })
  }
  const { data: awaited } = await submitCar()
  const seenBy = async () =>
    Promise.all([asha, meera, gita].map(async (as) => (await content(data.id, { as })).status))
  expect(await rowOf(data.id)).toMatchObject({ attached_to: awaited.registrationId })
  expect(await seenBy()).toEqual([200, 404, 404])
  const otp = awaited.otp_for_testing
  const verified = await stack.call<Verified>(
    `POST /registrations/${awaited.registrationId}/verify`,
    { body: { otp } },
  )
  const vehicleId = verified.data.vehicles[0]?.id
  expect(await rowOf(data.id)).toMatchObject({ attached_to: vehicleId })
  expect(await seenBy()).toEqual([200, 404, 404])
  await stack.admin.query('update customer set account_id = $2 where id = $1', [
    verified.data.customer.id,
    gita.userId,
  ])
  expect(await seenBy()).toEqual([200, 404, 200])
  await stack.redis.flushdb()
  const again = await submitCar()
  expect([again.status, again.body.error?.reason]).toEqual([422, 'file_unknown'])
  const { rowCount } = await stack.admin.query('select from timer where subject = $1', [data.id])
  expect(rowCount).toBe(0)
})

describe('the bytes of a file', () => {
  let id = ''
  beforeAll(async () => {
    ;({ id } = (await upload(jpeg, 'inspection', asha)).data)
  })

  test('are no page, have no guessed type and stay out of caches between', async () => {
    const { headers } = await content(id, { as: asha })
    expect(headers.get('content-disposition')).toBe(`attachment; filename="inspection-${id}.webp"`)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
    expect(headers.get('cache-control')).toMatch(/^private\b/)
    expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin')
    const etag = headers.get('etag') ?? ''
    const again = await stack.call(`GET /files/${id}/content`, {
      as: asha,
      headers: { 'if-none-match': etag },
    })
    expect([again.status, again.text]).toEqual([304, ''])
  })

  test('are hidden from other centers and from the anonymous', async () => {
    expect((await content(id, { as: meera })).status).toBe(404)
    expect((await content(id, { as: gita })).status).toBe(404)
    expect((await content(id)).status).toBe(401)
  })

  test('open to a signed link for five minutes, and to no other', async () => {
    const links = fileLinks([{ version: '1', secret: Buffer.alloc(32, 1) }])
    const at = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString()
    const query = (link: string) => link.slice(link.indexOf('?'))
    const good = links.signed(id, at(0))
    expect(good).toMatch(new RegExp(`^/api/v1/files/${id}/content\\?expires=`))
    expect((await content(id, { query: query(good) })).status).toBe(200)
    const stranger = fileLinks([{ version: '1', secret: Buffer.alloc(32, 9) }])
    const bad = {
      expired: links.signed(id, at(-301)),
      'too far ahead': links.signed(id, at(60)),
      'of another file': links.signed(crypto.randomUUID(), at(0)),
      'of another key': stranger.signed(id, at(0)),
      prolonged: good.replace(/expires=(\d+)/, (_, s) => `expires=${Number(s) - 1}`),
    }
    for (const [what, link] of Object.entries(bad)) {
      const { status, body } = await content(id, { query: query(link) })
      expect({ what, status, reason: body.error?.reason }).toEqual({
        what,
        status: 403,
        reason: 'link_invalid',
      })
    }
  })

  test('are hidden from the anonymous person who brought them', async () => {
    const { data } = await upload(jpeg)
    expect((await content(data.id)).status).toBe(401)
    expect((await content(data.id, { as: asha })).status).toBe(404)
  })
})
