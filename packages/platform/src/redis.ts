import { Redis } from 'ioredis'
import type { Log } from './log.ts'
import { commandSpan } from './trace-points.ts'

/** Commands fail fast while Redis is away, so that limits can refuse instead of hanging. */
export function connectRedis(url: string, log: Log): Redis {
  const redis = new TracedRedis(url, {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: true,
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    retryStrategy: (tries) => Math.min(tries * 50, 1_000),
  })
  redis.on('error', (error: Error) => log.debug({ error }, 'Redis is away.'))
  return redis
}

class TracedRedis extends Redis {
  override sendCommand(...[command, stream]: Parameters<Redis['sendCommand']>): unknown {
    const span = commandSpan(command.name)
    if (span) void command.promise.then(() => span.end(), span.end)
    return super.sendCommand(command, stream)
  }
}
