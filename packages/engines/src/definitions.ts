import { kafkaAnswers, postgresAnswers, redisAnswers } from './answers.ts'
import type { EngineName } from './engine.ts'
import type { Images } from './images.ts'
import { brokerSettings, HEAP } from './kafka.ts'
import type { Ports } from './ports.ts'
import { CLUSTER_FLAGS, postgresAddress, postgresFlags, postgresSettings } from './postgres.ts'
import { redisFlags } from './redis.ts'

/** What Docker is asked to run. */
export type Definition = {
  name: EngineName
  image: string
  address: string
  /** On 127.0.0.1 of this machine. */
  port: number
  containerPort: number
  /** Empty: what the image runs by itself. */
  command: string[]
  environment: Record<string, string>
  /** Where the image keeps its data: the volume is mounted there. */
  dataPath: string
  answers(): Promise<void>
}

export type DefinitionOptions = {
  images: Images
  ports: Ports
  /** Of Postgres's superuser. */
  password: string
  /** False gives up safety against a machine crash. */
  durable: boolean
}

export function definePostgres({ images, ports, password, durable }: DefinitionOptions) {
  const address = postgresAddress(password, ports.postgres)
  return {
    name: 'postgres',
    image: images.postgres,
    address,
    port: ports.postgres,
    containerPort: 5432,
    command: [
      'postgres',
      ...postgresFlags({ listen_addresses: '*', ...postgresSettings(durable) }),
    ],
    environment: {
      POSTGRES_PASSWORD: password,
      POSTGRES_INITDB_ARGS: [...CLUSTER_FLAGS, ...(durable ? [] : ['--no-sync'])].join(' '),
    },
    // Since version 18 the image keeps a folder for each version below this one.
    dataPath: '/var/lib/postgresql',
    answers: () => postgresAnswers(address),
  } satisfies Definition
}

/**
 * The broker listens inside on the very port that it has outside: the one address that it tells its
 * clients is then true for itself too, who sends itself the ends of transactions.
 */
export function defineKafka({ images, ports }: DefinitionOptions) {
  const address = `127.0.0.1:${ports.kafka}`
  const folder = '/var/lib/kafka/data'
  const { kafka: port, kafkaController: controllerPort } = ports
  const settings = brokerSettings({ host: '0.0.0.0', port, controllerPort, folder })
  const properties = Object.entries(settings).map(
    ([name, value]) => [variableOf(name), String(value)] as const,
  )
  const environment: Record<string, string> = {
    ...Object.fromEntries(properties),
    KAFKA_HEAP_OPTS: HEAP.join(' '),
    KAFKA_LOG4J_ROOT_LOGLEVEL: 'WARN',
  }
  return {
    name: 'kafka',
    image: images.kafka,
    address,
    port,
    containerPort: port,
    command: [],
    environment,
    dataPath: folder,
    answers: () => kafkaAnswers(address),
  } satisfies Definition
}

/** The image makes properties of such variables again. */
function variableOf(property: string): string {
  return `KAFKA_${property.replaceAll('.', '_').toUpperCase()}`
}

export function defineRedis({ images, ports, durable }: DefinitionOptions) {
  const address = `redis://127.0.0.1:${ports.redis}`
  // Its clients come through Docker's bridge; who may come is decided by where the port is bound.
  const place = { bind: '0.0.0.0', 'protected-mode': 'no', port: 6379, dir: '/data' }
  return {
    name: 'redis',
    image: images.redis,
    address,
    port: ports.redis,
    containerPort: place.port,
    command: ['redis-server', ...redisFlags(place, durable)],
    environment: {},
    dataPath: place.dir,
    answers: () => redisAnswers(address),
  } satisfies Definition
}
