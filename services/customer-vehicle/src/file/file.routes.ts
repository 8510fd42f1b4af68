import { isRoleOfStaff } from '@forecourt/contracts/roles'
import { addressKey } from '@forecourt/platform/limit'
import type { Me } from '@forecourt/platform/me'
import { problem } from '@forecourt/platform/problem'
import { newKey } from '@forecourt/storage/storage'
import { endpoint } from '../db.ts'
import { sendContent } from './content.adapter.ts'
import {
  isDocument,
  mayBring,
  UploadedFile,
  UploadForm,
  type FileContent,
  type FilePurpose,
} from './file.ts'
import { insertFile, keepFile } from './file.queries.ts'
import { decodePicture } from './picture.adapter.ts'
import { receiveUpload } from './upload.adapter.ts'

const HOUR_S = 3_600

export const uploadFile = endpoint.raw('POST /files', {
  about: 'Upload a photo or paper, to be attached afterwards.',
  may: 'public',
  acts: 'system',
  message: 'File uploaded',
  form: UploadForm,
  returns: UploadedFile,
  limits: ({ me, address }) => [
    me.userId
      ? { key: `file:user:${me.userId}`, count: uploadsOf(me), perS: HOUR_S }
      : { key: `file:address:${addressKey(address)}`, count: 20, perS: HOUR_S },
  ],
  async handle({ request, read, transact }) {
    const { bytes, purpose } = await receiveUpload(request.raw)
    if (!mayBring(purpose, read.me.userId !== null)) throw problem('token_missing')
    const content = await contentOf(bytes, purpose)
    const file = { purpose, content, storageKey: newKey('customer-vehicle') }
    return keepFile(read, file, (kept) => transact((context) => insertFile(context, kept)))
  },
})

/** Whoever comes by a form must not fill alone what waits to be attached. */
function uploadsOf({ roles }: Me): number {
  return roles.every(isRoleOfStaff) ? 300 : 30
}

async function contentOf(bytes: Uint8Array, purpose: FilePurpose): Promise<FileContent> {
  if (!isDocument(purpose, bytes)) return decodePicture(bytes)
  return { content: bytes, contentType: 'application/pdf', width: null, height: null }
}

export const readFile = endpoint.raw('GET /files/:id/content', {
  about: 'The bytes of a file, for whoever may see what it belongs to, or holds a signed link.',
  may: 'public',
  reads: 'file',
  async handle({ request, reply, read: { db, me, now, storage, fileLinks } }, { id = '' }) {
    if (!me.userId) fileLinks.check(id, request.query, now)
    const file = await db.selectFrom('file').selectAll().where('id', '=', id).executeTakeFirst()
    if (!file) throw problem('not_found')
    return sendContent({ request, reply }, file, () => storage.read(file.storageKey))
  },
})
