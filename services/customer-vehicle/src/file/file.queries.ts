import { randomUUID } from 'node:crypto'
import type { DataOf } from '@forecourt/contracts/event'
import { fileUrl } from '@forecourt/contracts/file-address'
import type { UserChanged } from '@forecourt/contracts/identity-events'
import type { EventContext } from '@forecourt/platform/consumer'
import { isErased } from '@forecourt/platform/erasure'
import type { Me } from '@forecourt/platform/me'
import { isOutage, problem } from '@forecourt/platform/problem'
import { schedule, unschedule } from '@forecourt/platform/timer'
import { sql, type Kysely } from 'kysely'
import type { Means, Tables } from '../db.ts'
import {
  MAX_UNATTACHED_BYTES,
  UNATTACHED_LIFE_MS,
  type FileContent,
  type FilePurpose,
  type UploadedFile,
} from './file.ts'

/** The deadline at which a file that nothing has claimed is dropped. */
export const UNATTACHED = 'file.unattached'

interface NewFile {
  purpose: FilePurpose
  storageKey: string
  content: FileContent
}

/** Keeps the row of a stored file until something claims it. Throws `storage_full`. */
export async function insertFile(
  { db, me, now }: { db: Kysely<Tables>; me: Me; now: string },
  { purpose, storageKey, content: { content, ...particulars } }: NewFile,
): Promise<UploadedFile> {
  await refuseWhenFull(db, content.length)
  const id = randomUUID()
  await db
    .insertInto('file')
    .values({
      ...particulars,
      id,
      purpose,
      storageKey,
      bytes: content.length,
      uploadedBy: me.userId,
      serviceCenterId: me.centers[0] ?? null,
    })
    .execute()
  const dueAt = new Date(Date.parse(now) + UNATTACHED_LIFE_MS).toISOString()
  await schedule({ db }, UNATTACHED, id, dueAt)
  return { id, url: fileUrl(id) }
}

/** One upload at a time counts what lies unattached, so that together they cannot exceed it. */
async function refuseWhenFull(db: Kysely<Tables>, bytes: number): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('file.unattached'))`.execute(db)
  const { held } = await db
    .selectFrom('file')
    .select(sql<number>`coalesce(sum(bytes), 0)::bigint`.as('held'))
    .where('attachedTo', 'is', null)
    .executeTakeFirstOrThrow()
  if (held + bytes > MAX_UNATTACHED_BYTES) throw problem('storage_full', { retryAfterS: 3_600 })
}

/**
 * Bytes first and the row after them, so that a row always has its bytes. They stay when the
 * database went away meanwhile: its commit may have been the last thing it did.
 */
export async function keepFile(
  { storage }: Pick<Means, 'storage'>,
  file: NewFile,
  insert: (file: NewFile) => Promise<UploadedFile>,
): Promise<UploadedFile> {
  await storage.write(file.storageKey, file.content.content)
  try {
    return await insert(file)
  } catch (error) {
    if (!isOutage(error)) await storage.remove(file.storageKey)
    throw error
  }
}

interface Attachment {
  purpose: FilePurpose
  /** The thing that the files now belong to. */
  to: string
  /** The thing that may have claimed them before: a registration, for its vehicle's photo. */
  from?: string
  /** The visit that they were taken at; the first one that claims them stays theirs. */
  visitId?: string
  /** The field of the body that names them, where that is one. */
  field?: string
  /** Whoever must have brought them. */
  broughtBy?: string
}

/**
 * Claims files for one thing. Throws `file_unknown` when an id is not there, is named twice, was
 * brought for another purpose, or belongs to something else.
 */
export async function attachFiles(
  db: Kysely<Tables>,
  ids: readonly string[],
  attachment: Attachment,
): Promise<void> {
  const attached = await attachKnown(db, ids, attachment)
  if (attached === ids.length) return
  const { field } = attachment
  throw problem('file_unknown', field ? { fields: { [field]: ['Upload the photo again'] } } : {})
}

/** Claims what of these files is there to be claimed; answers how many that are. */
export async function attachKnown(
  db: Kysely<Tables>,
  ids: readonly string[],
  { purpose, to, from, visitId, broughtBy }: Attachment,
): Promise<number> {
  if (ids.length === 0) return 0
  const attached = await db
    .updateTable('file')
    .set({ attachedTo: to })
    .$if(visitId !== undefined, (update) =>
      update.set({ visitId: sql<string>`coalesce(visit_id, ${visitId}::uuid)` }),
    )
    .where('id', 'in', ids)
    .where('purpose', '=', purpose)
    .$if(broughtBy !== undefined, (update) => update.where('uploadedBy', '=', broughtBy ?? ''))
    .where((eb) =>
      eb.or([eb('attachedTo', 'is', null), eb('attachedTo', 'in', from ? [to, from] : [to])]),
    )
    .returning('id')
    .execute()
  await unschedule({ db }, UNATTACHED, idsOf(attached))
  return attached.length
}

/** Claims what an account names, and gives up what it named before. */
export async function holdFiles(
  { db, event }: Pick<EventContext<Tables>, 'db' | 'event'>,
  { userId, fileIds = [] }: DataOf<typeof UserChanged>,
): Promise<void> {
  // Nothing would ever drop what belongs to an account that is no more.
  if (await isErased({ db }, [userId])) return
  await releaseFiles({ db, now: event.time }, userId, fileIds)
  await attachKnown(db, fileIds, { purpose: 'profile_image', to: userId, broughtBy: userId })
  await attachKnown(db, fileIds, { purpose: 'garage_document', to: userId })
}

/** Gives up one file of a thing, which has another in its place or none; it is dropped at once. */
export async function releaseFile(
  { db, now }: { db: Kysely<Tables>; now: string },
  thing: string,
  id: string,
): Promise<void> {
  const { rows } = await sql<{ isHeld: boolean }>`
    select release_file(${id}::uuid, ${thing}::uuid) as is_held`.execute(db)
  if (rows[0]?.isHeld) await schedule({ db }, UNATTACHED, id, now)
}

/** Gives up the files of a thing, all but those that it keeps; they are dropped at once. */
export async function releaseFiles(
  { db, now }: { db: Kysely<Tables>; now: string },
  thing: string,
  kept: readonly string[] = [],
): Promise<void> {
  const released = await db
    .updateTable('file')
    .set({ attachedTo: null })
    .where('attachedTo', '=', thing)
    .$if(kept.length > 0, (update) => update.where('id', 'not in', kept))
    .returning('id')
    .execute()
  await schedule({ db }, UNATTACHED, idsOf(released), now)
}

function idsOf(files: readonly { id: string }[]): string[] {
  return files.map(({ id }) => id)
}
