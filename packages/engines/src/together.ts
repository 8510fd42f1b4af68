import type { Engine } from './engine.ts'
import type { Engines } from './engines-offer.ts'

/** Engines that are being brought up: Postgres, Kafka, Redis. */
export type Starting = readonly [Promise<Engine>, Promise<Engine>, Promise<Engine>]

/**
 * Waits for all three and offers them as one. When one cannot start, or at the end, all that came
 * up are stopped and `close` is called. `over` tells those still starting.
 */
export async function offerTogether(
  starting: Starting,
  over: AbortController,
  close: () => Promise<void>,
): Promise<Engines> {
  async function end(): Promise<void> {
    over.abort(new Error('The engines have been stopped.'))
    const outcomes = await Promise.allSettled(starting)
    const engines = outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    await Promise.all(engines.map((engine) => engine.stop()))
    await close()
  }

  let ending: Promise<void> | undefined
  function stop(): Promise<void> {
    ending ??= end()
    return ending
  }

  try {
    const [postgres, kafka, redis] = await Promise.all(starting)
    return {
      databaseUrl: postgres.address,
      kafkaBrokers: kafka.address,
      redisUrl: redis.address,
      processes: { postgres, kafka, redis },
      stop,
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
