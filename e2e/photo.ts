import sharp from 'sharp'

/** A picture of a car, as far as the system can tell. */
export function photo(): Promise<Buffer> {
  return sharp({ create: { width: 640, height: 480, channels: 3, background: '#2a6f97' } })
    .jpeg()
    .toBuffer()
}
