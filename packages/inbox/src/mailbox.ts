import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readJournal, rewriteJournal, syncFolder, type Journal } from './journal.ts'
import { Message, type Channel } from './message.ts'

/** Older messages than the newest so many are forgotten. */
export const CAPACITY = 10_000

const Moved = z.object({ id: z.string(), status: z.enum(['sent', 'delivered']) })
type Moved = z.infer<typeof Moved>

const Entry = z.union([z.object({ message: Message }), z.object({ moved: Moved })])

export type Filter = { to?: string | undefined; channel?: Channel | undefined; limit: number }

/** Every message that was accepted, in memory and in one folder. One process owns the folder. */
export class Mailbox {
  /** Changes whenever `find` may answer something new. */
  revision = 0
  #messages = new Map<string, Message>()
  #emails = new Map<string, Promise<Message>>()
  #attachments: string
  #journal: Journal

  static async open(folder: string): Promise<Mailbox> {
    const attachments = join(folder, 'attachments')
    await mkdir(attachments, { recursive: true })
    const file = join(folder, 'messages.jsonl')
    const messages = await readMessages(file)
    const journal = await rewriteJournal(
      file,
      messages.map((message) => ({ message })),
    )
    await sweepAttachments(attachments, messages)
    return new Mailbox(attachments, messages, journal)
  }

  private constructor(attachments: string, messages: Message[], journal: Journal) {
    this.#attachments = attachments
    this.#journal = journal
    for (const message of messages) {
      this.#messages.set(message.id, message)
      const key = emailKey(message)
      if (key) this.#emails.set(key, Promise.resolve(message))
    }
  }

  /**
   * Resolves once the message is on disk. An e-mail whose Message-ID already came for the same
   * recipient is not kept again: the first one is answered.
   */
  keep(message: Message): Promise<Message> {
    const key = emailKey(message)
    const first = key ? this.#emails.get(key) : undefined
    if (first) return first
    const kept = this.#write(message, key)
    if (key) this.#emails.set(key, kept)
    return kept
  }

  async #write(message: Message, key: string | undefined): Promise<Message> {
    try {
      await this.#journal.append({ message })
    } catch (error) {
      if (key) this.#emails.delete(key)
      throw error
    }
    this.#messages.set(message.id, message)
    this.revision += 1
    const [oldest] = this.#messages.values()
    if (oldest && this.#messages.size > CAPACITY) this.#forget(oldest)
    return message
  }

  #forget(message: Message): void {
    this.#messages.delete(message.id)
    const key = emailKey(message)
    if (key) this.#emails.delete(key)
  }

  /** Shows a new status at once; `recordStatus` makes it last. */
  showStatus({ id, status }: Moved): void {
    const message = this.#messages.get(id)
    if (message && message.channel !== 'email') this.#messages.set(id, { ...message, status })
  }

  recordStatus(moved: Moved): Promise<void> {
    return this.#journal.append({ moved })
  }

  get(id: string): Message | undefined {
    return this.#messages.get(id)
  }

  /** Newest first. */
  *newest(): Generator<Message> {
    yield* [...this.#messages.values()].toReversed()
  }

  find({ to, channel, limit }: Filter): Message[] {
    return this.newest()
      .filter((message) => channel === undefined || message.channel === channel)
      .filter((message) => to === undefined || message.to === to)
      .take(limit)
      .toArray()
  }

  /** Keeps the content and answers its hash, by which it is read back. */
  async keepAttachment(content: Uint8Array): Promise<string> {
    const sha256 = createHash('sha256').update(content).digest('hex')
    const draft = join(this.#attachments, `${randomUUID()}.new`)
    const handle = await open(draft, 'wx')
    try {
      await handle.writeFile(content)
      await handle.datasync()
    } finally {
      await handle.close()
    }
    await rename(draft, join(this.#attachments, sha256))
    await syncFolder(this.#attachments)
    return sha256
  }

  readAttachment(sha256: string): Promise<Buffer> {
    return readFile(join(this.#attachments, sha256))
  }

  close(): Promise<void> {
    return this.#journal.close()
  }
}

async function readMessages(file: string): Promise<Message[]> {
  const messages = new Map<string, Message>()
  await readJournal(file, (line) => {
    const entry = Entry.parse(line)
    if ('message' in entry) {
      messages.set(entry.message.id, entry.message)
      const [oldest] = messages.keys()
      if (oldest && messages.size > CAPACITY) messages.delete(oldest)
      return
    }
    const { id, status } = entry.moved
    const moved = messages.get(id)
    if (moved && moved.channel !== 'email') messages.set(id, { ...moved, status })
  })
  return [...messages.values()]
}

/** Contents whose message was forgotten, or never accepted, go when nobody can be writing them. */
async function sweepAttachments(folder: string, messages: Message[]): Promise<void> {
  const wanted = new Set(
    messages.flatMap((message) =>
      message.channel === 'email' ? message.attachments.map(({ sha256 }) => sha256) : [],
    ),
  )
  for (const name of await readdir(folder)) {
    if (!wanted.has(name)) await rm(join(folder, name))
  }
}

function emailKey(message: Message): string | undefined {
  if (message.channel !== 'email' || message.messageId === null) return undefined
  return `${message.messageId} ${message.to}`
}
