import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import autocannon from 'autocannon'
import { CONNECTIONS, SECONDS, type Counted, type Request } from './load.ts'

/** Where wrk is not: the same load by autocannon. Its argument is the file of the request. */
const text = await readFile(process.argv[2] ?? '', 'utf8')
const { url, method = 'GET', headers = {}, body, paths = [] } = JSON.parse(text) as Request
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
        const path = paths[sent - 1]
        if (path !== undefined) own.path = path
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
