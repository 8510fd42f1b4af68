import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { redisAnswers } from './answers.ts'
import { type ChildSetting, startChild } from './child.ts'
import type { Engine } from './engine.ts'

export type RedisOptions = { port: number; durable: boolean; program: string }

/** What a server is told: where it is, and the rest that is the same wherever it runs. */
export function redisFlags(place: Record<string, string | number>, durable: boolean): string[] {
  const settings: Record<string, string | number> = {
    ...place,
    daemonize: 'no',
    save: '',
    // The file is handed to the system at each write and to the disk once a second: a killed Redis
    // loses nothing, a crashed machine a second.
    appendonly: durable ? 'yes' : 'no',
    appendfsync: 'everysec',
  }
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
}

/** Starts Redis on `<dataDir>/redis`. Durable: a write is in the file before it is answered. */
export async function startRedis(setting: ChildSetting, options: RedisOptions): Promise<Engine> {
  const { port, durable, program } = options
  const folder = join(setting.dataDir, 'redis')
  mkdirSync(folder, { recursive: true })
  const flags = redisFlags({ bind: '127.0.0.1', port, dir: folder }, durable)
  const address = `redis://127.0.0.1:${port}`
  return startChild(setting, {
    name: 'redis',
    port,
    address,
    command: [program, ...flags],
    env: setting.env,
    stopSignal: 'SIGTERM',
    answers: () => redisAnswers(address),
  })
}
