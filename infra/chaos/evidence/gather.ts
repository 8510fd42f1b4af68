import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Message } from '@forecourt/inbox/message'
import type { Journal } from '../journal.ts'
import type { Stack } from '../stack.ts'
import { readTables } from './tables.ts'
import { readTopics } from './topics.ts'
import type { World } from './world.ts'

/** Everything that a campaign is judged by, once the system has come to rest. */
export async function gather(stack: Stack, journal: Journal): Promise<World> {
  const { databaseUrl, dataDir, kafkaBrokers } = stack
  return {
    commands: journal.entries,
    tables: await readTables(databaseUrl, dataDir),
    told: await readTopics(kafkaBrokers),
    inbox: readInbox(dataDir),
    stored: readStored(dataDir),
  }
}

/** The file and not the page, which shows one recipient's newest: nobody else may have got any. */
function readInbox(dataDir: string): Message[] {
  const lines = readFileSync(join(dataDir, 'inbox', 'messages.jsonl'), 'utf8').split('\n')
  return lines.flatMap((line) => {
    const entry = line === '' ? {} : (JSON.parse(line) as { message?: unknown })
    return entry.message === undefined ? [] : [Message.parse(entry.message)]
  })
}

function readStored(dataDir: string): Set<string> {
  const cwd = join(dataDir, 'files')
  return new Set(globSync('*/*/*', { cwd }).map((path) => path.replaceAll('\\', '/')))
}
