import { randomBytes } from 'node:crypto'
import autocannon from 'autocannon'
import { CONNECTIONS, SECONDS, type Counted, type Request } from './load.ts'

/** Where wrk is not: the same load by autocannon. Takes the request as its argument, as JSON. */
const { url, method = 'GET', headers = {}, body } = JSON.parse(process.argv[2] ?? '') as Request
const run = randomBytes(8).toString('hex')
let sent = 0

const result = await autocannon({
  url,
  connections: CONNECTIONS,
  duration: SECONDS,
  requests: [
    {
      method,
      setupRequest(request) {
        sent += 1
        const fresh = (text: string) => text.replaceAll('{n}', `${run}${sent}`)
        const entries = Object.entries(headers).map(([name, value]) => [name, fresh(value)])
        const own = { ...request, headers: Object.fromEntries(entries) as Record<string, string> }
        return body === undefined ? own : { ...own, body: fresh(body) }
      },
    },
  ],
})
const counted: Counted = {
  requests: result['2xx'],
  seconds: result.duration,
  failed: result.non2xx + result.errors,
}
process.stdout.write(JSON.stringify(counted))
