import { request } from 'node:http'
import { findJava, findProgram } from './programs.ts'
import { isRuntimeThere } from './runtime.ts'

export type Choice = 'given' | 'docker' | 'embedded'

const addresses = ['DATABASE_URL', 'KAFKA_BROKERS', 'REDIS_URL'] as const

/**
 * Where the engines come from. *Given*: all three addresses are in the environment. *Docker*: asked
 * for by FORECOURT_ENGINES=docker, or no Java is here and a Docker engine answers. *Embedded*: real
 * engines without Docker. Throws one sentence that says what to install or to set when none of them
 * can be.
 */
export async function chooseEngines(env: NodeJS.ProcessEnv): Promise<Choice> {
  const given = addresses.filter((name) => env[name])
  if (given.length === addresses.length) return 'given'
  if (given.length > 0) {
    const missing = addresses.filter((name) => !env[name])
    throw new Error(
      `${given.join(' and ')} given without ${missing.join(' and ')}: give all three or none.`,
    )
  }
  const asked = env['FORECOURT_ENGINES']
  if (asked === 'docker' || asked === 'embedded') return asked
  if (asked) throw new Error(`FORECOURT_ENGINES is "${asked}": it must be docker or embedded.`)
  if (await canEmbed(env)) return 'embedded'
  if (await dockerAnswers(env)) return 'docker'
  throw new Error(
    'Postgres, Kafka and Redis have nowhere to run: install a JDK of version 17 or newer ' +
      'with Maven (java and mvn on PATH), or start Docker.',
  )
}

async function canEmbed(env: NodeJS.ProcessEnv): Promise<boolean> {
  const [java, maven] = await Promise.all([findJava(env), findProgram('mvn', env)])
  return java !== null && (maven !== null || (await isRuntimeThere()))
}

async function dockerAnswers(env: NodeJS.ProcessEnv): Promise<boolean> {
  for (const host of dockerHosts(env)) if (await answersPing(new URL(host))) return true
  return false
}

/** Where an engine of this machine listens: the system's, a user's own, Docker Desktop's. */
function dockerHosts(env: NodeJS.ProcessEnv): string[] {
  const { DOCKER_HOST: named, HOME: home, XDG_RUNTIME_DIR: runtime } = env
  if (named) return [named]
  return [
    'unix:///var/run/docker.sock',
    ...(runtime ? [`unix://${runtime}/docker.sock`] : []),
    ...(home ? [`unix://${home}/.docker/run/docker.sock`] : []),
    ...(home ? [`unix://${home}/.docker/desktop/docker.sock`] : []),
  ]
}

function answersPing(host: URL): Promise<boolean> {
  const where =
    host.protocol === 'unix:'
      ? { socketPath: host.pathname }
      : { host: host.hostname, port: host.port }
  return new Promise((resolve) => {
    const asking = request({ ...where, path: '/_ping', timeout: 2_000 }, (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200)
    })
    asking.once('timeout', () => asking.destroy())
    asking.once('error', () => resolve(false))
    asking.end()
  })
}
