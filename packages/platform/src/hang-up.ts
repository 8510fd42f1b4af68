import type { FastifyInstance } from 'fastify'

const SWEEP_MS = 50

/**
 * A client keeps its connection, and the server would wait for it to be given up: whoever is served
 * while the server closes is told so, and what falls idle is closed.
 */
export function hangUpAtTheEnd(app: FastifyInstance): void {
  let isClosing = false
  app.addHook('preClose', async () => {
    isClosing = true
    const sweep = setInterval(() => app.server.closeIdleConnections(), SWEEP_MS)
    app.server.once('close', () => clearInterval(sweep))
  })
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) reply.header('connection', 'close')
  })
}
