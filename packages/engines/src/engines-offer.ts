import type { Engine } from './engine.ts'
import type { Ports } from './ports.ts'

export type EnginesOptions = {
  /**
   * Folder of data, logs, pid files and remembered ports; created when missing. One start at a time
   * may use it.
   */
  dataDir: string
  /** Gets one line for each long step. */
  log: (line: string) => void
  /** Says which way to take, and is what Java and Maven see. Default: process.env. */
  env?: NodeJS.ProcessEnv
  /** Ports that must be these; the others are free ones, the same at every start. */
  ports?: Partial<Ports>
  /** False trades safety against a machine crash for speed: for tests. Default: true. */
  durable?: boolean
}

export type Engines = {
  /** Of the superuser, to the database `postgres`. */
  readonly databaseUrl: string
  /** host:port, commas between. */
  readonly kafkaBrokers: string
  readonly redisUrl: string
  /** The engines' processes; null when the engines are given and not ours to stop. */
  readonly processes: { postgres: Engine; kafka: Engine; redis: Engine } | null
  /** Ends all that was started. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
