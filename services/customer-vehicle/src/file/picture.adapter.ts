import { problem } from '@forecourt/platform/problem'
import { seatsOf } from '@forecourt/platform/seats'
import type { Sharp, SharpOptions } from 'sharp'
import type { FileContent } from './file.ts'

const MAX_PIXELS = 40_000_000
const MAX_SIDE_PX = 1_600
const QUALITY = 82
const DECODE_TIMEOUT_S = 10
const decoding = seatsOf(2, 40)
const formats = new Set<string | undefined>(['jpeg', 'png', 'webp'])

type Open = (bytes: Uint8Array, options: SharpOptions) => Sharp
let library: Promise<Open> | undefined

/** Loads the decoder for the first picture: it takes a good part of an idle service's memory. */
async function load(): Promise<Open> {
  const { default: sharp } = await import('sharp')
  // It reads many more formats, SVG and PDF among them; a stranger's bytes must not reach their
  // parsers.
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({
    operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp'],
  })
  // No picture comes twice, so a cache would only hold on to the last ones.
  sharp.cache(false)
  return sharp
}

/**
 * The picture in `bytes`, turned upright, at most 1600 px on its long side, as WebP without any
 * metadata. Throws `picture_too_large` before decoding one of more than 40 megapixels, and
 * `file_not_an_image` for whatever does not decode to the end as one JPEG, PNG or WebP picture.
 */
export async function decodePicture(bytes: Uint8Array): Promise<FileContent> {
  const sharp = await (library ??= load())
  const { width, height } = await measure(sharp, bytes)
  if (width * height > MAX_PIXELS) throw problem('picture_too_large')
  const { data, info } = await decoding.within(() => reencode(sharp, bytes))
  return { content: data, contentType: 'image/webp', width: info.width, height: info.height }
}

/** Reads the header alone. */
async function measure(sharp: Open, bytes: Uint8Array) {
  const head = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => {
      throw problem('file_not_an_image', {}, error)
    })
  const isAnimated = (head.pages ?? 1) > 1
  if (isAnimated || !formats.has(head.format)) throw problem('file_not_an_image')
  return head
}

function reencode(sharp: Open, bytes: Uint8Array) {
  return sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'warning', sequentialRead: true })
    .autoOrient()
    .resize({ width: MAX_SIDE_PX, height: MAX_SIDE_PX, fit: 'inside', withoutEnlargement: true })
    .timeout({ seconds: DECODE_TIMEOUT_S })
    .webp({ quality: QUALITY })
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw problem('file_not_an_image', {}, error)
    })
}
