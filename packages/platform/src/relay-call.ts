import type { Relaying } from './outbox-batch.ts'

const COALESCE_MS = 10

/** The channel on which a service's relay is called. */
export function channelOf(service: string): string {
  return `outbox_${service.replaceAll('-', '_')}`
}

/** Wakes the service's relay in whichever process it runs; at most once per 10 ms. */
export function relayCaller({ service, pool, log }: Omit<Relaying, 'bus'>): () => void {
  let pending = false
  let calledAt = -COALESCE_MS

  function call(): void {
    pending = false
    calledAt = performance.now()
    // Sent after the commit, on a connection of its own: a notification inside a transaction
    // would make all commits of the cluster wait for each other.
    pool.query(`select pg_notify('${channelOf(service)}', '')`).catch((error: unknown) => {
      log.debug({ error }, 'The relay was not called; it looks by itself.')
    })
  }

  return () => {
    if (pending) return
    const waitMs = calledAt + COALESCE_MS - performance.now()
    if (waitMs <= 0) return call()
    pending = true
    setTimeout(call, waitMs)
  }
}
