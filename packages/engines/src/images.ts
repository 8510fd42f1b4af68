import type { EngineName } from './engine.ts'

export type Images = Record<EngineName, string>

const images: Images = {
  postgres: 'postgres:18.4',
  kafka: 'apache/kafka:4.3.0',
  redis: 'redis:8.6',
}

/** The environment's name for one image: FORECOURT_POSTGRES_IMAGE and so on. */
export function imageVariable(name: EngineName): string {
  return `FORECOURT_${name.toUpperCase()}_IMAGE`
}

/** The images that Docker runs; the environment may name a mirror's, by tag or by digest. */
export function chooseImages(env: NodeJS.ProcessEnv): Images {
  const choose = (name: EngineName) => env[imageVariable(name)] || images[name]
  return { postgres: choose('postgres'), kafka: choose('kafka'), redis: choose('redis') }
}
