import { renameSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export type EngineName = 'postgres' | 'kafka' | 'redis'

export type EngineExit = { code: number | null; signal: NodeJS.Signals | null }

/** A Postgres, Kafka or Redis that this process brought up. */
export type Engine = {
  readonly name: EngineName
  readonly port: number
  /** What clients are given: a URL, or for Kafka host:port. */
  readonly address: string
  /** Undefined while it does not run. Of a container: as its Docker engine's machine counts. */
  readonly pid: number | undefined
  readonly logFile: string
  /** Ends it politely, and by force after 5 seconds. */
  stop(): Promise<void>
  /** Sends a signal, as fault tests do, and does not wait. */
  kill(signal: NodeJS.Signals): void
  /**
   * Brings it up on the same port and data, ending it first if it runs; resolves once it answers.
   * Callers at the same time share one restart.
   */
  restart(): Promise<void>
  /**
   * Calls back whenever it ends without stop or restart having asked for it. Answers a function
   * that ends the calls.
   */
  onExit(listener: (exit: EngineExit) => void): () => void
}

/** Where an engine finds itself, whatever it is. */
export type Setting = {
  dataDir: string
  env: NodeJS.ProcessEnv
  log: (line: string) => void
  /** Aborted when the engines are stopped for good: nothing is brought up after that. */
  over: AbortSignal
}

/** One run of an engine, from its first answer to its end: a child process or a container. */
export type Life = {
  readonly pid: number
  readonly ended: Promise<EngineExit>
  /** Ends it politely, and by force after GRACE_MS; resolves when it is gone. */
  end(): Promise<void>
  /** False when it does not run any more. */
  kill(signal: NodeJS.Signals): boolean
}

export const READY_MS = 60_000
export const GRACE_MS = 5_000
const LARGE_LOG_BYTES = 10 * 1024 * 1024

/** Keeps one engine through its lives, each of which `bringUp` begins. */
export async function keepEngine(
  facts: Pick<Engine, 'name' | 'port' | 'address' | 'logFile'>,
  bringUp: () => Promise<Life>,
): Promise<Engine> {
  const listeners = new Set<(exit: EngineExit) => void>()
  let running: Life | undefined
  let restarting: Promise<void> | undefined
  let turn: Promise<unknown> = Promise.resolve()

  // One thing at a time: a stop during a restart waits for it and then ends what it brought up.
  function inTurn(work: () => Promise<void>): Promise<void> {
    const done = turn.then(work, work)
    turn = done
    return done
  }

  async function serve(): Promise<void> {
    const life = await bringUp()
    running = life
    void life.ended.then((exit) => {
      // Whoever ends it on purpose has taken it out of `running` first.
      if (running !== life) return
      running = undefined
      for (const listener of listeners) listener(exit)
    })
  }

  async function bringDown(): Promise<void> {
    const life = running
    running = undefined
    await life?.end()
  }

  if (sizeOf(facts.logFile) > LARGE_LOG_BYTES) renameSync(facts.logFile, `${facts.logFile}.old`)
  await serve()

  return {
    ...facts,
    get pid() {
      return running?.pid
    },
    stop: () => inTurn(bringDown),
    kill(signal) {
      if (!running?.kill(signal)) throw new Error(`${facts.name} is not running.`)
    },
    restart() {
      restarting ??= inTurn(async () => {
        await bringDown()
        await serve()
      }).finally(() => {
        restarting = undefined
      })
      return restarting
    },
    onExit(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** What is waited for while an engine starts. */
export type Start = {
  /** Rejects until a real client gets an answer. */
  answers(): Promise<void>
  hasEnded(): boolean
  /** When patience ends, in ms since the epoch. */
  until: number
  over: AbortSignal
}

/** Null once it answers, else why it never will. */
export async function waitUntilItAnswers(start: Start): Promise<Error | null> {
  for (;;) {
    const fault = await start.answers().then(
      () => null,
      (error: Error) => error,
    )
    if (start.hasEnded()) return new Error('it ended while starting')
    if (fault === null) return null
    if (start.over.aborted) return start.over.reason as Error
    if (Date.now() > start.until) {
      return new Error(`it did not answer within ${READY_MS / 1000} s`, { cause: fault })
    }
    await sleep(40)
  }
}

export function startFailure(name: EngineName, fault: Error, said: string, logFile: string): Error {
  const tail = said.trim().split('\n').slice(-5).join('\n')
  return new Error(
    `${name} cannot be used: ${fault.message}. The end of its log (${logFile}):\n${tail}`,
    { cause: fault },
  )
}

export function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
