import { chooseEngines } from './choice.ts'
import { startEmbedded } from './embedded.ts'
import type { Engines, EnginesOptions } from './engines-offer.ts'
import { findGiven } from './given.ts'

/**
 * Answers where Postgres, Kafka and Redis are, starting them if need be. Each has answered a real
 * client by then. Throws one sentence when it cannot be.
 */
export async function startEngines(options: EnginesOptions): Promise<Engines> {
  const env = options.env ?? process.env
  const all = { ports: {}, durable: true, ...options, env }
  switch (await chooseEngines(env)) {
    case 'given':
      return findGiven(env, options.log)
    case 'embedded':
      return startEmbedded(all)
    case 'docker': {
      // Loaded only here: whoever does not ask for Docker need not wait for its client.
      const { startDocker } = await import('./docker.ts')
      return startDocker(all)
    }
  }
}
