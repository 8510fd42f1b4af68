import { setTimeout as sleep } from 'node:timers/promises'
import { kafkaAnswers, postgresAnswers, redisAnswers } from './answers.ts'
import type { Engines } from './engines-offer.ts'

const WAIT_MS = 30_000

/** The engines that the environment names. They may be starting too: each has 30 s to answer. */
export async function findGiven(
  env: NodeJS.ProcessEnv,
  log: (line: string) => void,
): Promise<Engines> {
  const {
    DATABASE_URL: databaseUrl = '',
    KAFKA_BROKERS: kafkaBrokers = '',
    REDIS_URL: redisUrl = '',
  } = env
  await Promise.all([
    waitFor('DATABASE_URL', () => postgresAnswers(databaseUrl), log),
    waitFor('KAFKA_BROKERS', () => kafkaAnswers(kafkaBrokers), log),
    waitFor('REDIS_URL', () => redisAnswers(redisUrl), log),
  ])
  const nothing = async () => {}
  return {
    databaseUrl,
    kafkaBrokers,
    redisUrl,
    processes: null,
    stop: nothing,
    [Symbol.asyncDispose]: nothing,
  }
}

async function waitFor(
  name: string,
  answers: () => Promise<void>,
  log: (line: string) => void,
): Promise<void> {
  const until = Date.now() + WAIT_MS
  for (let tries = 0; ; tries++) {
    try {
      return await answers()
    } catch (cause) {
      // The address itself may hold a password and is not repeated.
      if (Date.now() > until) {
        throw new Error(`${name} is given, but nothing answers there.`, { cause })
      }
      if (tries === 4) log(`${name} does not answer yet: waiting`)
    }
    await sleep(500)
  }
}
