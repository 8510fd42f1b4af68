import { describe, expect, test } from 'vitest'
import { defineKafka, definePostgres, defineRedis } from './definitions.ts'
import { chooseImages } from './images.ts'

const ports = { postgres: 20_001, kafka: 20_002, kafkaController: 20_003, redis: 20_004 }
const options = { images: chooseImages({}), ports, password: 'secret', durable: true }

describe('what Docker is asked to run', () => {
  test('Kafka tells its clients the very port that is theirs, inside and outside', () => {
    const { environment, containerPort, port, address } = defineKafka(options)
    expect([containerPort, port, address]).toEqual([20_002, 20_002, '127.0.0.1:20002'])
    expect(environment).toMatchObject({
      KAFKA_LISTENERS: 'PLAINTEXT://0.0.0.0:20002,CONTROLLER://127.0.0.1:20003',
      KAFKA_ADVERTISED_LISTENERS: 'PLAINTEXT://127.0.0.1:20002',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@127.0.0.1:20003',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
    })
  })

  test('Kafka keeps its logs on the volume and not where the image would', () => {
    const { environment, dataPath } = defineKafka(options)
    expect(environment['KAFKA_LOG_DIRS']).toBe(dataPath)
  })

  test('Postgres takes the password, and gives up the disk only where that is asked for', () => {
    const lasting = definePostgres(options)
    expect(lasting.environment.POSTGRES_PASSWORD).toBe('secret')
    expect(lasting.address).toBe('postgres://postgres:secret@127.0.0.1:20001/postgres')
    expect(lasting.command).not.toContain('fsync=off')
    expect(definePostgres({ ...options, durable: false }).command).toContain('fsync=off')
  })

  test('Redis writes each change to its volume, unless it is thrown away', () => {
    const { command, dataPath } = defineRedis(options)
    expect(command.join(' ')).toContain(`--dir ${dataPath} `)
    expect(command.join(' ')).toContain('--appendonly yes')
    expect(defineRedis({ ...options, durable: false }).command.join(' ')).toContain(
      '--appendonly no',
    )
  })

  test('a company names its mirror, by tag or by digest', () => {
    const mirrored = `mirror.example/redis@sha256:${'0'.repeat(64)}`
    const images = chooseImages({ FORECOURT_REDIS_IMAGE: mirrored })
    expect(images).toEqual({ ...chooseImages({}), redis: mirrored })
  })
})
