import { z } from 'zod'

/** What a file is brought for. The first two anybody may bring, the others whoever is signed in. */
export const FilePurpose = z.enum([
  'vehicle_photo',
  'garage_document',
  'inspection',
  'profile_image',
])
export type FilePurpose = z.infer<typeof FilePurpose>

const publicPurposes = new Set<string>(['vehicle_photo', 'garage_document'])

/** A picture or document; its bytes lie in the storage. */
export const FileRow = z.object({
  id: z.uuid(),
  purpose: FilePurpose,
  /** The thing that it belongs to; null until something claims it. */
  attachedTo: z.uuid().nullable(),
  /** The visit that it was taken at, by the id of the job card. */
  visitId: z.uuid().nullable(),
  storageKey: z.string(),
  contentType: z.enum(['image/webp', 'application/pdf']),
  bytes: z.number().int(),
  /** Pixels; null for a document. */
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  uploadedBy: z.uuid().nullable(),
  serviceCenterId: z.uuid().nullable(),
  createdAt: z.string(),
})
export type FileRow = z.infer<typeof FileRow>

export const MAX_UPLOAD_BYTES = 5 * 1024 * 1024

/** What an upload consists of; its stream is read and judged part by part. */
export const UploadForm = z.object({
  file: z.file().describe('JPEG, PNG or WebP of up to 5 MB; a garage document may be a PDF.'),
  purpose: FilePurpose,
})

export const UploadedFile = z
  .object({ id: z.uuid(), url: z.string() })
  .meta({ id: 'UploadedFile', description: 'Dropped after 24 hours unless something claims it.' })
export type UploadedFile = z.infer<typeof UploadedFile>

export const MAX_UNATTACHED_BYTES = 2 * 1024 ** 3
export const UNATTACHED_LIFE_MS = 24 * 3_600_000

/** What a file consists of when it has been checked and is ready to be kept. */
export interface FileContent extends Pick<FileRow, 'contentType' | 'width' | 'height'> {
  content: Uint8Array
}

export function mayBring(purpose: FilePurpose, isSignedIn: boolean): boolean {
  return isSignedIn || publicPurposes.has(purpose)
}

export interface FileLinks {
  /** The address of a file for whoever holds it, without a token, for five minutes. */
  signed(id: string, now: string): string
  /** Throws `token_missing` where nothing is signed, and `link_invalid`. */
  check(id: string, query: unknown, now: string): void
}

/** Only a garage's papers may be a PDF; the form is judged by its first and last bytes. */
export function isDocument(purpose: FilePurpose, bytes: Uint8Array): boolean {
  const text = new TextDecoder('latin1')
  const head = text.decode(bytes.subarray(0, 8))
  const tail = text.decode(bytes.subarray(-1_024))
  const isPdf = /^%PDF-[12]\.\d/.test(head) && /startxref\s+\d+\s+%%EOF\s*$/.test(tail)
  return purpose === 'garage_document' && isPdf
}
