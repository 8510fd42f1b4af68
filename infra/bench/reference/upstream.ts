import { createServer } from 'node:http'

/** A service that costs next to nothing, so that its proxies show what they cost. */
const body = JSON.stringify({ success: true, data: { name: 'x'.repeat(600) } })
const headers = {
  'content-type': 'application/json; charset=utf-8',
  'content-length': Buffer.byteLength(body),
  etag: '"1"',
}
const server = createServer((request, response) => {
  response.writeHead(200, headers).end(request.method === 'HEAD' ? '' : body)
})
server.keepAliveTimeout = 65_000
server.listen(Number(process.env['PORT']), '127.0.0.1')
process.once('SIGTERM', () => process.exit(0))
