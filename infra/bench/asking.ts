import type { ServiceName } from '@forecourt/contracts/service-name'
import { kiran, type Person } from '@forecourt/testing/people'
import { tokenOf } from '@forecourt/testing/tokens'
import type { Request } from './load.ts'
import { openRecording, type Statement } from './recording.ts'
import type { Prepared, Stage } from './stage.ts'

/** Kiran runs the dealer group and may do everything that the rows ask for. */
export const authorization = authorizationOf(kiran)

/** The same for anybody else. */
export function authorizationOf(person: Person): string {
  return `Bearer ${tokenOf(person, 86_400_000)}`
}

export function mainOf(service: ServiceName): string {
  return `services/${service}/src/main.ts`
}

/** What one request makes a service send to Postgres, recorded twice, without its workers. */
export async function recordTwice(
  stage: Stage,
  service: ServiceName,
  database: Prepared,
  request: Request,
): Promise<[Statement[], Statement[]]> {
  const [, first = [], second = []] = await recordEach(
    stage,
    service,
    database,
    Array.from({ length: 3 }, () => request),
  )
  return [first, second]
}

/** What each of these requests makes a service send; of a service, the first one also warms up. */
export async function recordEach(
  stage: Stage,
  service: ServiceName,
  { url, env }: Prepared,
  requests: Request[],
): Promise<Statement[][]> {
  const recording = await openRecording(url)
  const settings = { ...env, DATABASE_URL: recording.url, ROLE: 'api' }
  const served = await stage.serve(mainOf(service), settings)
  const recorded: Statement[][] = []
  try {
    for (const request of requests) {
      const asked = { ...request, url: served.url + request.url }
      recorded.push(await recording.during(() => ask(asked)))
    }
    return recorded
  } finally {
    await served.stop()
    recording.close()
  }
}

let asked = 0

/** Sends one request of a load, which must succeed. */
async function ask({ url, method = 'GET', headers = {}, body }: Request): Promise<void> {
  asked += 1
  const fresh = (text: string) => text.replaceAll('{n}', `${Date.now()}000${asked}`)
  const entries = Object.entries(headers).map(([name, value]) => [name, fresh(value)] as const)
  const answer = await fetch(url, {
    method,
    headers: Object.fromEntries(entries),
    body: body === undefined ? null : fresh(body),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`)
}
