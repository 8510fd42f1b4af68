import { z } from 'zod'

const ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i
const ADDRESS = new RegExp(
  String.raw`^((https?://[^/\s]+)?/api(/v1)?/files/)?${ID.source}(/content(\?\S*)?)?$`,
  'i',
)

/** The stable address of a file's bytes, as front ends see it. */
export function fileUrl(id: string): string {
  return `/api/v1/files/${id}/content`
}

/** The uploaded file whose address this is; null for an address of something else. */
export function fileIdIn(address: string): string | null {
  const id = ADDRESS.test(address) ? ID.exec(address)?.[0] : undefined
  return id?.toLowerCase() ?? null
}

/**
 * An uploaded file. Whoever names it may say its id or its address; answers say the address. Inside
 * the house it is the id.
 */
export const FileAddress = z.codec(
  z.string().regex(ADDRESS, 'Must be the id or the url of an uploaded file'),
  z.uuid(),
  { decode: (said) => fileIdIn(said) ?? said, encode: fileUrl },
)
