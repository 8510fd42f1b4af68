import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { LocalStack } from './local-stack.ts'

const ROOT = new URL('../', import.meta.url).pathname
const KAFKA = /Kafka {3,}(\S+)/
const run = promisify(execFile)

/** One line of the story that an outsider tells. */
export interface Told {
  time: string
  type: string
  key: string
  sequence: number
}

/**
 * What a company that subscribes finds out about a vehicle or document: its program stands in a
 * folder where it reaches its own libraries and the description of the topics, and nothing of ours.
 */
export async function toldByOutsider(stack: LocalStack, id: string): Promise<Told[]> {
  const brokers = stack.lines.flatMap((line) => KAFKA.exec(line)?.[1] ?? [])[0]
  if (!brokers) throw new Error('The greeting does not say where Kafka is.')
  const folder = mkdtempSync(join(tmpdir(), 'forecourt-outsider-'))
  const own = join(ROOT, 'docs/follow-a-visit')
  cpSync(join(own, 'follow-a-visit.mjs'), join(folder, 'follow-a-visit.mjs'))
  cpSync(join(ROOT, 'docs/derived/asyncapi.json'), join(folder, 'asyncapi.json'))
  symlinkSync(join(own, 'node_modules'), join(folder, 'node_modules'))
  try {
    const args = ['follow-a-visit.mjs', 'asyncapi.json', brokers, id]
    const { stdout } = await run(process.execPath, args, { cwd: folder })
    return stdout.trim().split('\n').map(toldIn)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function toldIn(line: string): Told {
  const [time = '', type = '', key = '', sequence = ''] = line.split(' ')
  const name = type.replace(/^forecourt\./, '').replace(/\.v\d+$/, '')
  return { time, type: name, key, sequence: Number(sequence.slice(1)) }
}

/** `workshop.job-card` of `workshop.job-card.opened`: its topic. */
export function nounOf(type: string): string {
  return type.split('.').slice(0, 2).join('.')
}
