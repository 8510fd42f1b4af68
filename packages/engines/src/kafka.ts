import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { kafkaAnswers } from './answers.ts'
import { type ChildSetting, startChild } from './child.ts'
import type { Engine } from './engine.ts'

const run = promisify(execFile)

export type KafkaOptions = { port: number; controllerPort: number; java: string; jars: string[] }

// One broker of a laptop: a small heap, the collector and the compiler that start fastest.
export const HEAP = ['-Xms64m', '-Xmx384m']
const JVM = [...HEAP, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']

const LOGGING = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS',
]

/** Starts a Kafka 4.3 broker that is its own controller, on `<dataDir>/kafka`. */
export async function startKafka(setting: ChildSetting, options: KafkaOptions): Promise<Engine> {
  const { port, java, jars } = options
  const folder = join(setting.dataDir, 'kafka')
  const properties = join(setting.dataDir, 'kafka.properties')
  const jvm = [java, ...JVM, ...LOGGING, '-cp', jars.join(delimiter)]
  if (!existsSync(folder)) await format(setting, options, jvm)
  writeFileSync(properties, describe(options, folder))
  const address = `127.0.0.1:${port}`
  return startChild(setting, {
    name: 'kafka',
    port,
    address,
    command: [...jvm, 'kafka.Kafka', properties],
    env: setting.env,
    stopSignal: 'SIGTERM',
    answers: () => kafkaAnswers(address),
  })
}

async function format(
  { dataDir, env, log }: ChildSetting,
  options: KafkaOptions,
  jvm: string[],
): Promise<void> {
  log('Kafka: creating the data directory')
  // It gets its name when it is whole: a format that was cut short is begun again.
  const unfinished = join(dataDir, 'kafka.new')
  const properties = join(dataDir, 'kafka.new.properties')
  rmSync(unfinished, { recursive: true, force: true })
  writeFileSync(properties, describe(options, unfinished))
  // One that begins with a hyphen would be taken for an option of the tool.
  const clusterId = `F${randomBytes(16).toString('base64url').slice(1)}`
  const tool = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', properties]
  const [program = '', ...args] = [...jvm, ...tool]
  await run(program, args, { env })
  renameSync(unfinished, join(dataDir, 'kafka'))
  rmSync(properties)
}

function describe({ port, controllerPort }: KafkaOptions, folder: string): string {
  const place = { host: '127.0.0.1', port, controllerPort, folder }
  return Object.entries(brokerSettings(place))
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

/** Where a broker listens and keeps its logs. Clients reach it on 127.0.0.1 and the same port. */
export type BrokerPlace = { host: string; port: number; controllerPort: number; folder: string }

/** The properties of a broker that is its own controller, wherever it runs. */
export function brokerSettings(place: BrokerPlace): Record<string, string | number | boolean> {
  const { host, port, controllerPort, folder } = place
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://${host}:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': folder,
    // A topic that nobody declared is a mistake, and is told to its producer.
    'auto.create.topics.enable': false,
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'offsets.topic.num.partitions': 4,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 2,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    // Nothing is deleted by age or size unless its topic says so.
    'log.retention.ms': -1,
    'log.retention.bytes': -1,
    // Offsets of a consumer that was away for long are facts of the ledger too: a year, in minutes.
    'offsets.retention.minutes': 525_600,
    'group.initial.rebalance.delay.ms': 0,
    // The default of 128 MB is a third of the heap.
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
    // A killed broker is let in again only when the session of its former self has run out. The
    // default of 9 s is for networks.
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'background.threads': 2,
  }
}
